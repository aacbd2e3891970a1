"""What a customer is worth to the shop, and when they are due (PRACTICES C): pure functions of purchases.

`history` turns orders into purchases; everything else reads those: `bands`, `rfm`, `kinds`, `lifecycle`,
`tiers`, `points`, `cycles`, `alive`, `dormancy`, `winback`, `together`. Days are calendar days of the shop,
money is Decimal yuan. Nothing here knows a database or a clock; `docs/prediction.md` measures the forecasts.
"""
