-- An option that the function does not take.
require("http").get("https://example.com", { timeot = 5 })
