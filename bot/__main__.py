"""The command line (CONTRACT §2): 0 done, 1 failed, 2 bad usage or bad configuration."""

from bot.command_line import main

if __name__ == "__main__":
    main()
