local json = require "json"

describe("json", function()
	it("tells null, an empty list and an empty object apart, there and back", function()
		local text = '{"a":null,"b":[],"c":{},"d":[null,1]}'
		assert.equal(text, json.encode(json.decode(text)))
		assert.is_true(json.is_list(json.decode("[]")))
		assert.is_false(json.is_list(json.decode("{}")))
		assert.is_false(json.is_list {})
		assert.is_true(json.is_list { 1 })
		assert.is_false(json.is_list "x")
	end)

	it("keeps every integer exact", function()
		for _, digits in ipairs {
			"0",
			"-1",
			"9007199254740993",
			"9223372036854775807",
			"-9223372036854775808",
			"9223372036854775808",
			"18446744073709551615",
			"-170141183460469231731687303715884105728",
		} do
			assert.equal(digits, json.encode(json.decode(digits)))
		end
		local big = json.decode "18446744073709551615"
		assert.equal("18446744073709551615", tostring(big))
		assert.is_true(big == json.integer "18446744073709551615")
		assert.equal(42, json.integer "42")
		assert.has_error(function()
			return big + 1
		end, "attempt to perform arithmetic on a big integer value")
		assert.has_error(function()
			json.integer "4.2"
		end, 'the digits of a whole number expected, got "4.2"')
	end)

	it("keeps a float a float", function()
		assert.equal("[1.0,0.1,-2.5]", json.encode { 1.0, 0.1, -2.5 })
		assert.equal(1e300, json.decode(json.encode(1e300)))
		assert.equal("float", math.type(json.decode "1e2"))
	end)

	it("reads every escape and refuses what is none", function()
		assert.equal(
			'"\\/\b\f\n\r\tü€😀',
			json.decode [["\"\\\/\b\f\n\r\t\u00fc\u20AC\ud83d\ude00"]]
		)
		assert.equal([["\u0001\"\\\n"]], json.encode '\1"\\\n')
		for text, message in pairs {
			[ [["\x"]] ] = "there is no such escape",
			[ [["\u12"]] ] = "four hexadecimal digits",
			[ [["\ud83d"]] ] = "half of a surrogate pair",
			['"a\nb"'] = "a line break in it is written \\n",
			['"abc'] = "no closing quote at line 1 column 1",
		} do
			assert.has_error(function()
				json.decode(text)
			end, message)
		end
	end)

	it("says where a text is wrong, by line and column", function()
		for text, message in pairs {
			[""] = "an empty text at line 1 column 1",
			['{\n  "a": 1,\n  "b" 2\n}'] = 'expected `:`, got "2" at line 3 column 7',
			['{"a":1,}'] = "a comma too many before it) at line 1 column 8",
			["[1 2]"] = 'expected `,` or `]`, got "2" at line 1 column 4',
			["{a:1}"] = 'expected a name in quotes, got "a" at line 1 column 2',
			["[True]"] = 'expected value, got "T" at line 1 column 2',
			["[nul]"] = 'got "nul" (is "null" meant?) at line 1 column 2',
			["[01]"] = '"01" is no number of JSON at line 1 column 2',
			["[1e999]"] = "out of range at line 1 column 2",
			["{} x"] = 'expected the end of the text, got "x" at line 1 column 4',
			['{"ü":1, "b":}'] = "at line 1 column 13",
			['{"a":1,"a":2}'] = 'the name "a" stands twice at line 1 column 8',
			["['a']"] = "JSON has double quotes",
		} do
			assert.has_error(function()
				json.decode(text)
			end, message)
		end
		assert.has_error(function()
			json.decode("[", "rules.json")
		end, "json.decode: rules.json:1:2: ")
		assert.has_error(function()
			json.decode(("["):rep(200))
		end, "nested deeper than 120")
		assert.has_error(function()
			json.decode '["\xff"]'
		end, "not UTF-8 at line 1 column 3")
	end)

	it("refuses what JSON can't hold, with the path", function()
		local cycle = { a = {} }
		cycle.a.b = cycle
		for message, value in pairs {
			["a.b: the table contains itself"] = cycle,
			["f[2]: a function has no form in JSON"] = { f = { 1, print } },
			["x.y: NaN has no form"] = { x = { y = 0 / 0 } },
			["x: infinity has no form"] = { x = math.huge },
			["text that is not UTF-8"] = { "\xff" },
			['a list has the named key "x"'] = { 1, 2, x = 3 },
			["numbered from 1 without gaps"] = { [1] = 1, [3] = 3 },
			["a boolean can't be a key"] = { [true] = 1 },
		} do
			assert.has_error(function()
				json.encode(value)
			end, message)
		end
	end)

	it("indents, and leaves what is empty on its line", function()
		assert.equal(
			'{\n  "a": [\n    1,\n    {\n      "b": true\n    }\n  ],\n  "c": [],\n  "d": {}\n}',
			json.encode({ a = { 1, { b = true } }, c = json.array {}, d = {} }, { pretty = true })
		)
	end)

	it("tells a misspelt option with the nearest", function()
		assert.has_error(function()
			json.encode({}, { prety = true })
		end, 'unknown option "prety". Did you mean "pretty"?')
		assert.has_error(function()
			json.encode({}, { pretty = "yes" })
		end, 'pretty must be true or false, got "yes"')
	end)

	it("reads and writes a hundred thousand records in little time", function()
		local records = {}
		for i = 1, 100000 do
			records[i] = { table_name = "t" .. i, full_load_rows = i, state = "Table completed" }
		end
		local began = os.clock()
		local back = json.decode(json.encode(records))
		assert.equal(100000, #back)
		assert.equal("t100000", back[100000].table_name)
		assert.is_true(os.clock() - began < 20)
	end)
end)
