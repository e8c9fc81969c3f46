local migration = require("migratoin")
