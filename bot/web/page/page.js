"use strict";
/* The sandbox page: three phones, the bot's clock, and what the bot wrote down.
   Everything that people or the bot wrote reaches the page as textContent only. */
(() => {
  const PEOPLE = [
    {
      id: "alice",
      name: "alice",
      face: "A",
      buyer: true,
      doing: "买家，在和店里聊天",
      empty: "alice 还没说过话。\n点一句下面的问题，或者自己打一句。",
      chips: ["面霜多少钱", "包邮吗", "什么时候发货", "我的快递到哪了", "转人工"],
      hint: "当一回 alice，说句话",
    },
    {
      id: "bob",
      name: "bob",
      face: "B",
      buyer: true,
      doing: "买家，在和店里聊天",
      empty: "bob 还没说过话。\n点一句下面的问题，或者自己打一句。",
      chips: ["面霜多少钱", "包邮吗", "什么时候发货", "我的快递到哪了", "转人工"],
      hint: "当一回 bob，说句话",
    },
    {
      id: "seller",
      name: "店主",
      face: "店",
      buyer: false,
      doing: "这是您，提醒和指令都在这里",
      empty: "要紧的事会自己来到这里。\n先发一句「帮助」，看看能让小助手做什么。",
      chips: ["帮助", "未下单", "客户 alice", "订单 alice 玫瑰面霜 129", "发货 alice SF1234567890123", "撤"],
      hint: "给小助手发指令",
    },
  ];
  // Latin letters keep a space before Chinese ones
  const spaced = (name) => (/[a-z0-9]$/i.test(name) ? `${name} ` : name);
  const LABELS = { notice: "通知", alert: "提醒", relay: "店主", care: "关怀", promo: "优惠" };
  const PACE = 1000; // milliseconds between two looks
  const QUICK = 250; // likewise, right after something happened
  const QUICK_FOR = 3000;
  const PATIENCE = 10000; // how long one call may take
  const CLOCK_PATIENCE = 180000; // a week of the shop's life takes its time
  const FILE_PATIENCE = 60000; // 20 MB within this computer
  const NEAR_END = 48; // pixels from the end that still count as "at the end"

  const $ = (selector, root = document) => root.querySelector(selector);
  const wide = window.matchMedia("(min-width: 960px)");
  const mouse = window.matchMedia("(pointer: fine)");

  // ---- small helpers -----------------------------------------------------------------------------

  function make(tag, className, text) {
    const node = document.createElement(tag);
    if (className) node.className = className;
    if (text !== undefined) node.textContent = text;
    return node;
  }

  function freshId() {
    if (window.crypto && crypto.randomUUID) return crypto.randomUUID();
    const bytes = crypto.getRandomValues(new Uint8Array(16)); // randomUUID is missing on plain http
    return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  }

  class Refused extends Error {}

  async function call(path, body, patience = PATIENCE) {
    const stop = new AbortController();
    const timer = setTimeout(() => stop.abort(), patience);
    try {
      const options = { signal: stop.signal, cache: "no-store", credentials: "same-origin" };
      if (body !== undefined) {
        const file = body instanceof Blob;
        options.method = "POST";
        options.headers = { "Content-Type": file ? "application/octet-stream" : "application/json" };
        options.body = file ? body : JSON.stringify(body);
      }
      const answer = await fetch(path, options);
      if (!answer.ok) throw new Refused(String(answer.status));
      return await answer.json();
    } finally {
      clearTimeout(timer);
    }
  }

  // ---- shop time: read off the string, never through this computer's own zone -----------------------

  function readTime(at) {
    const found = /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d)/.exec(at || "");
    if (!found) return null;
    const [year, month, date] = found.slice(1, 4).map(Number);
    return { day: found[0].slice(0, 10), minute: `${found[4]}:${found[5]}`, utc: Date.UTC(year, month - 1, date) };
  }

  function dayName(utc, today) {
    const date = new Date(utc);
    const plain = `${date.getUTCMonth() + 1}月${date.getUTCDate()}日 周${"日一二三四五六"[date.getUTCDay()]}`;
    if (!today) return plain;
    if (utc === today.utc) return `今天 · ${plain}`;
    if (utc === today.utc - 86400000) return `昨天 · ${plain}`;
    const far = date.getUTCFullYear() !== new Date(today.utc).getUTCFullYear();
    return far ? `${date.getUTCFullYear()}年${plain}` : plain;
  }

  // ---- one phone ---------------------------------------------------------------------------------

  class Phone {
    constructor(person) {
      this.person = person;
      this.place = $("#t-phone").content.cloneNode(true).firstElementChild;
      this.place.dataset.phone = person.id;
      this.place.classList.toggle("seller", !person.buyer);
      this.place.setAttribute("aria-label", `${spaced(person.name)}的手机`);
      this.log = $(".log", this.place);
      this.list = $(".list", this.place);
      this.empty = $(".empty", this.place);
      this.below = $(".below", this.place);
      this.input = $("textarea", this.place);
      this.send = $(".send", this.place);
      this.wall = $(".wall", this.place);
      $(".face", this.place).textContent = person.face;
      $(".whose", this.place).textContent = `${spaced(person.name)}的手机`;
      $(".doing", this.place).textContent = person.doing;
      this.empty.textContent = person.empty;
      this.log.setAttribute("aria-label", `${person.name}手机上的消息`);
      this.input.placeholder = person.hint;
      this.input.setAttribute("aria-label", person.buyer ? `以${person.name}的身份说话` : "以店主的身份发指令");
      this.send.setAttribute("aria-label", `${person.name}发送`);
      this.fillChips();
      this.stuck = true; // keep the newest message in sight
      this.pending = []; // said here, not yet seen in the server's list
      this.sending = Promise.resolve();
      this.clear();
      this.listen();
    }

    clear() {
      this.cursor = 0;
      this.met = false; // whether the history is here; what comes after it is news
      this.last = null; // the newest message that the server has
      this.list.replaceChildren(...this.pending.map((said) => said.node));
      this.empty.hidden = this.pending.length > 0;
    }

    fillChips() {
      const row = $(".chips", this.place);
      row.setAttribute("aria-label", this.person.buyer ? "可以问的" : "可以发的指令");
      for (const words of this.person.chips) {
        const chip = make("button", "chip", words);
        chip.type = "button";
        chip.addEventListener("click", () => {
          this.input.value = words;
          this.fit();
          if (mouse.matches) this.input.focus(); // on a touch screen the keyboard would cover the talk
        });
        row.append(chip);
      }
      if (!this.person.buyer) row.append(this.fileChip());
    }

    fileChip() {
      const chip = make("label", "chip file", "发文件");
      const picker = make("input", "unseen");
      picker.type = "file";
      picker.setAttribute("aria-label", "发一个表格文件");
      picker.accept = ".xlsx,.xls,.csv";
      picker.addEventListener("change", () => {
        const [file] = picker.files;
        picker.value = ""; // the same file may be sent again
        if (file) this.say(`[文件] ${file.name}`, file);
      });
      chip.append(picker);
      return chip;
    }

    listen() {
      $("form", this.place).addEventListener("submit", (event) => {
        event.preventDefault();
        this.submit();
      });
      this.send.addEventListener("mousedown", (event) => event.preventDefault()); // the keyboard stays up
      this.input.addEventListener("input", () => this.fit());
      this.input.addEventListener("keydown", (event) => {
        const composing = event.isComposing || event.keyCode === 229; // Enter that picks a pinyin candidate
        if (event.key !== "Enter" || event.shiftKey || composing) return;
        event.preventDefault();
        this.submit();
      });
      this.log.addEventListener("scroll", () => {
        if (!this.log.clientHeight) return; // not on screen
        this.stuck = this.log.scrollHeight - this.log.scrollTop - this.log.clientHeight < NEAR_END;
        if (this.stuck) this.below.hidden = true;
      });
      this.below.addEventListener("click", () => {
        this.toEnd();
        this.log.focus({ preventScroll: true });
      });
      new ResizeObserver(() => this.stuck && this.toEnd()).observe(this.log);
      this.fit();
    }

    fit() {
      this.input.style.height = "auto";
      const height = Math.min(this.input.scrollHeight, 116);
      if (height) this.input.style.height = `${height}px`;
      this.send.disabled = !this.input.value.trim();
    }

    toEnd() {
      this.stuck = true;
      this.below.hidden = true;
      this.log.scrollTop = this.log.scrollHeight;
    }

    // -- saying something

    submit() {
      const text = this.input.value.trim();
      if (!text) return;
      this.input.value = "";
      this.fit();
      this.say(text);
    }

    say(text, file) {
      const said = { id: freshId(), text, file, state: "sending", node: this.row(text, true, "") };
      this.pending.push(said);
      this.show(said);
      this.list.append(said.node);
      this.empty.hidden = true;
      this.toEnd();
      this.queue(said);
    }

    queue(said) {
      this.sending = this.sending.then(() => this.deliver(said)); // in the order in which they were said
    }

    async deliver(said) {
      try {
        const { id, text, file } = said;
        const given = new URLSearchParams({ from: this.person.id, name: file?.name ?? "", id });
        if (file) await call(`/sandbox/files?${given}`, file, FILE_PATIENCE);
        else await call("/sandbox/messages", { from: this.person.id, text, id });
        if (this.pending.includes(said)) said.state = "taken";
      } catch (error) {
        if (this.pending.includes(said)) {
          said.state = "failed";
          said.why = error instanceof Refused ? `没收下（${error.message}）` : "没发出去";
        }
      }
      this.show(said);
      look.soon();
    }

    again(said) {
      said.state = "sending";
      this.show(said);
      this.list.append(said.node);
      this.toEnd();
      this.queue(said); // with the same id: what did arrive the first time is not taken twice
    }

    show(said) {
      said.node.dataset.state = said.state;
      const state = $(".state", said.node);
      state.replaceChildren();
      if (said.state === "sending") state.textContent = "发送中";
      if (said.state === "failed") {
        const retry = make("button", "retry", "重试");
        retry.type = "button";
        retry.addEventListener("click", () => this.again(said));
        state.append(make("span", "why", said.why), retry);
      }
      if (this.stuck) this.toEnd();
    }

    // -- hearing something

    async listenOnce(from = this.cursor) {
      const answer = await call(`/sandbox/messages?with=${encodeURIComponent(this.person.id)}&after=${from}`);
      const messages = answer.messages;
      if (from < this.cursor && (messages.at(-1)?.seq ?? 0) < this.cursor) this.clear(); // the shop began anew
      const fresh = messages.filter((message) => message.seq > this.cursor);
      for (const message of fresh) this.arrive(message);
      if (fresh.length) {
        this.empty.hidden = true;
        const heard = fresh.filter((message) => message.direction === "out").length;
        if (this.stuck) this.toEnd();
        else if (heard) this.below.hidden = false;
        if (heard && this.met) tabs.unread(this.person.id, heard);
      }
      this.met = true;
      this.log.setAttribute("aria-live", "polite"); // from now on new words are read out, not the history
      return fresh.length > 0;
    }

    arrive(message) {
      this.cursor = message.seq;
      const own = message.direction === "in";
      const said = own ? this.claim(message) : undefined;
      const node = said ? said.node : this.row(message.text, own, message.kind, message.picture);
      if (said) {
        this.pending.splice(this.pending.indexOf(said), 1);
        said.state = "arrived";
        this.show(said);
      }
      // What is still on its way stays last; what failed stays where it was said.
      const before = this.pending.find((other) => other.state !== "failed")?.node ?? null;
      if (node.nextSibling !== before || !node.parentNode) this.list.insertBefore(node, before);
      this.stamp(node, message, own);
    }

    /* Which bubble of ours is this? By id where the server tells it, else by its words. */
    claim(message) {
      const known = this.pending.find((said) => message.id !== undefined && said.id === message.id);
      if (known) return known;
      for (const state of ["taken", "sending", "failed"]) {
        const same = this.pending.find((said) => said.state === state && said.text === message.text);
        if (same) return same;
      }
      return undefined;
    }

    stamp(node, message, own) {
      node.dataset.seq = message.seq;
      const at = readTime(message.at);
      if (!at) return;
      const time = $("time", node);
      time.dateTime = message.at;
      time.textContent = at.minute;
      if (this.last?.day !== at.day) {
        const line = make("li", "day");
        line.dataset.utc = at.utc;
        line.append(make("span", "", dayName(at.utc, clock.today)));
        this.list.insertBefore(line, node);
      } else if (this.last.own === own && this.last.minute === at.minute) {
        this.last.node.classList.add("same"); // one time for what was said in one breath
      }
      this.last = { node, own, ...at };
    }

    row(text, own, kind, picture) {
      const node = make("li", own ? "row own" : "row");
      const speaker = own ? this.person.name : kind === "relay" ? "店主" : "小助手";
      const face = make("span", "face", own ? this.person.face : kind === "relay" ? "店" : "助");
      face.setAttribute("aria-hidden", "true");
      const body = make("div", "said");
      if (!own && Object.hasOwn(LABELS, kind)) {
        node.dataset.kind = kind;
        body.append(make("span", "label", LABELS[kind]));
      }
      const bubble = make("div", "bubble");
      const words = picture ? make("a", "picture") : make("div", "text", text);
      if (picture) {
        const shown = make("img");
        shown.src = words.href = picture;
        shown.alt = "图";
        words.target = "_blank"; // in its full size
        words.append(shown);
      }
      words.dir = "auto";
      bubble.append(make("span", "unseen", `${speaker}：`), words);
      const meta = make("div", "meta");
      meta.append(make("time"), make("span", "state"));
      body.append(bubble, meta);
      node.append(face, body);
      return node;
    }

    renameDays() {
      for (const line of this.list.querySelectorAll(".day")) {
        line.firstElementChild.textContent = dayName(Number(line.dataset.utc), clock.today);
      }
    }
  }

  // ---- what the bot wrote down about a buyer ---------------------------------------------------------

  class Notes {
    constructor(person) {
      this.person = person;
      this.node = $("#t-notes").content.cloneNode(true).firstElementChild;
      $(".title", this.node).textContent = `小助手记下的 ${person.name}`;
      $(".blank", this.node).textContent = `${person.name}说过话以后，小助手记住了什么，都写在这里。`;
      this.seen = null; // the notes as last shown
      this.node.open = wide.matches;
      wide.addEventListener("change", () => { this.node.open = wide.matches; });
    }

    async look() {
      const notes = await call(`/sandbox/notes?with=${encodeURIComponent(this.person.id)}`);
      const seen = JSON.stringify(notes);
      if (seen === this.seen) return;
      const before = this.seen === null ? null : JSON.parse(this.seen);
      this.seen = seen;
      const parts = { tags: notes.tags ?? [], open: notes.open ?? [], orders: notes.orders ?? [] };
      const counts = Object.values(parts).map((lines) => lines.length);
      const known = Boolean(notes.stage) || counts.some(Boolean);
      const stage = $(".stage", this.node);
      stage.hidden = !notes.stage;
      stage.textContent = notes.stage ?? "";
      $(".title", this.node).textContent = `小助手记下的 ${notes.name || this.person.name}`;
      $(".brief", this.node).textContent = [...parts.tags, ...parts.open].join("、");
      $(".blank", this.node).hidden = known;
      $("dl", this.node).hidden = !known;
      for (const [part, lines] of Object.entries(parts)) {
        const box = $(`[data-part="${part}"]`, this.node);
        const items = lines.map((words) => {
          const item = make("li", "", words);
          item.dir = "auto";
          if (before && !(before[part] ?? []).includes(words)) item.classList.add("fresh");
          return item;
        });
        if (!items.length) items.push(make("li", "none", "还没有"));
        $("ul", box).replaceChildren(...items);
      }
    }
  }

  // ---- the bot's clock -----------------------------------------------------------------------------

  const clock = {
    today: null,
    moving: false,
    now: $("#now"),
    told: $("#told"),
    buttons: [...document.querySelectorAll("[data-advance]")],

    show(at) {
      const read = readTime(at);
      if (!read) return;
      const turned = this.today?.day !== read.day;
      this.today = read;
      this.now.dateTime = at;
      this.now.textContent = `${dayName(read.utc)} ${read.minute}`;
      for (const phone of phones) {
        phone.wall.textContent = read.minute;
        if (turned) phone.renameDays();
      }
    },

    async look() {
      const answer = await call("/sandbox/clock");
      if (!this.moving) this.show(answer.now);
    },

    tell(words, bad = false) {
      this.told.textContent = words;
      this.told.classList.toggle("bad", bad);
    },

    async advance(button) {
      if (this.moving) return;
      this.moving = true;
      this.busy(button);
      this.tell("时钟在走，到点的事一件件办……");
      try {
        const answer = await call("/sandbox/clock", { advance: button.dataset.advance }, CLOCK_PATIENCE);
        this.show(answer.now);
        this.tell(`现在是 ${this.now.textContent}`);
      } catch {
        this.tell("时钟没拨动，请再按一次。", true);
      }
      this.moving = false;
      this.busy(null);
      look.soon();
    },

    busy(pressed) {
      for (const button of this.buttons) {
        button.setAttribute("aria-disabled", String(pressed !== null)); // keeps the keyboard's focus
        button.classList.toggle("busy", button === pressed);
      }
    },
  };

  // ---- tabs: on a narrow screen one phone at a time ----------------------------------------------------

  const tabs = {
    bar: $("#tabs"),
    current: "alice",

    build() {
      for (const person of PEOPLE) {
        const tab = make("button", "tab", person.buyer ? `买家${person.name}` : person.name);
        tab.type = "button";
        tab.dataset.tab = person.id;
        const count = make("span", "count");
        count.hidden = true;
        tab.append(count);
        tab.addEventListener("click", () => this.choose(person.id));
        this.bar.append(tab);
      }
      this.choose(this.current);
    },

    choose(id) {
      this.current = id;
      for (const tab of this.bar.children) {
        const here = tab.dataset.tab === id;
        tab.setAttribute("aria-current", String(here));
        if (here) this.count(tab, 0);
      }
      for (const phone of phones) {
        const here = phone.person.id === id;
        phone.place.classList.toggle("front", here);
        if (!here) continue;
        phone.fit();
        if (phone.stuck) phone.toEnd();
      }
    },

    unread(id, more) {
      if (id === this.current || wide.matches) return;
      const tab = $(`[data-tab="${id}"]`, this.bar);
      this.count(tab, Number(tab.dataset.unread || 0) + more);
    },

    count(tab, number) {
      tab.dataset.unread = number;
      const badge = $(".count", tab);
      badge.hidden = !number;
      badge.textContent = number > 99 ? "99+" : String(number);
      const name = tab.firstChild.textContent;
      tab.setAttribute("aria-label", number ? `${name}，${number} 条新消息` : name);
    },
  };

  // ---- looking for news ------------------------------------------------------------------------------

  const look = {
    timer: 0,
    running: false,
    wanted: false,
    quickUntil: 0,
    failures: 0,
    trouble: $("#trouble"),

    /* Something happened here: look at once, and often for a moment. */
    soon() {
      this.quickUntil = Date.now() + QUICK_FOR;
      this.run();
    },

    async run() {
      clearTimeout(this.timer);
      if (document.hidden) return;
      if (this.running) {
        this.wanted = true;
        return;
      }
      this.running = true;
      this.wanted = false;
      const back = this.failures > 0; // after an interruption look at the whole talk: it may be a new one
      const calls = [
        ...phones.map((phone) => phone.listenOnce(back ? 0 : phone.cursor)),
        ...notes.map((note) => note.look()),
        clock.look(),
      ];
      const results = await Promise.allSettled(calls);
      this.running = false;
      const failed = results.some((result) => result.status === "rejected");
      this.failures = failed ? this.failures + 1 : 0;
      this.complain(this.failures > 1 && !clock.moving);
      if (results.some((result) => result.value === true)) this.quickUntil = Date.now() + QUICK_FOR / 2;
      this.next();
    },

    next() {
      let wait = Date.now() < this.quickUntil ? QUICK : PACE;
      if (this.failures) wait = Math.min(PACE * this.failures, 5000);
      else if (this.wanted) wait = 0;
      this.timer = setTimeout(() => this.run(), wait);
    },

    complain(yes) {
      if (yes === !this.trouble.hidden) return;
      this.trouble.hidden = !yes;
      this.trouble.textContent = yes ? "连不上小助手，它可能停了。一连上，这里会自己接着来。" : "";
    },
  };

  // ---- start -----------------------------------------------------------------------------------------

  const phones = PEOPLE.map((person) => new Phone(person));
  const notes = [];
  for (const phone of phones) {
    if (phone.person.buyer) {
      const note = new Notes(phone.person);
      notes.push(note);
      phone.place.append(note.node);
    }
    $("#desk").append(phone.place);
    phone.fit();
  }
  tabs.build();
  for (const button of clock.buttons) button.addEventListener("click", () => clock.advance(button));

  const remembered = (() => {
    try {
      return window.localStorage;
    } catch {
      return null; // storage is switched off
    }
  })();
  if (remembered?.getItem("intro") === "closed") $("#intro").hidden = true;
  $("#intro-close").addEventListener("click", () => {
    $("#intro").hidden = true;
    remembered?.setItem("intro", "closed");
  });

  document.addEventListener("visibilitychange", () => {
    if (document.hidden) clearTimeout(look.timer);
    else look.soon();
  });
  look.run();
})();
