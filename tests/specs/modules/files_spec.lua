local csv = require "csv"
local fs = require "fs"
local hash = require "hash"
local path = require "path"

describe("fs", function()
	local folder
	before_each(function()
		folder = fs.temp "folder"
	end)
	after_each(function()
		fs.remove(folder, { recursive = true })
	end)
	local function at(...)
		return path.join(folder, ...)
	end

	it("writes whole files, makes their folders, and leaves nothing beside them", function()
		fs.write(at("a", "b.txt"), "one")
		fs.write(at("a", "b.txt"), "two")
		assert.equal("two", fs.read(at("a", "b.txt")))
		assert.same({ "b.txt" }, fs.list(at "a"))
	end)

	it("keeps the permissions of a file that it replaces; private ones are the user's", function()
		fs.write(at "p", "x", { private = true })
		assert.equal("600", fs.stat(at "p").mode)
		fs.write(at "p", "y")
		assert.equal("600", fs.stat(at "p").mode)
	end)

	it("appends, copies, moves and tells what is there", function()
		fs.append(at "log", "1\n")
		fs.append(at "log", "2\n")
		fs.copy(at "log", at("old", "log"))
		fs.move(at "log", at "new")
		assert.equal("1\n2\n", fs.read(at("old", "log")))
		assert.is_false(fs.exists(at "log"))
		local stat = fs.stat(at "new")
		assert.equal("file", stat.type)
		assert.equal(4, stat.size)
		assert.is_true(stat.modified > 1.7e9)
		assert.equal("folder", fs.stat(at "old").type)
		assert.is_nil(fs.stat(at "none"))
		fs.copy(at "new", at "new")
		assert.equal("1\n2\n", fs.read(at "new"))
	end)

	it("finds by pattern", function()
		for _, name in ipairs { "a.sql", "b.sql", "c.txt", "x/d.sql", "x/y/e.sql", ".hidden/f.sql" } do
			fs.write(at(name), "")
		end
		assert.same({ "a.sql", "b.sql" }, fs.glob("*.sql", folder))
		assert.same({ "a.sql", "b.sql", "x/d.sql", "x/y/e.sql" }, fs.glob("**/*.sql", folder))
		assert.same({ "a.sql", "c.txt" }, fs.glob("{a,c}.*", folder))
		assert.same({ "b.sql" }, fs.glob("[b-z].sql", folder))
		assert.same({ at "a.sql" }, fs.glob(at "a.*"))
		assert.same({}, fs.glob("*.none", folder))
		assert.has_error(function()
			fs.glob("[a", folder)
		end, "has a [ without its ]")
	end)

	it("removes no more than it is told to", function()
		fs.write(at("a", "b"), "")
		assert.has_error(function()
			fs.remove(at "a")
		end, "is not empty")
		assert.is_true(fs.remove(at("a", "b")))
		assert.is_false(fs.remove(at("a", "b")))
		assert.has_error(function()
			fs.remove("/", { recursive = true })
		end, "the current folder, or one above it")
		assert.has_error(function()
			fs.remove(".", { recursive = true })
		end, "the current folder, or one above it")
		assert.has_error(function()
			fs.remove(at "a", { recusive = true })
		end, 'Did you mean "recursive"?')
	end)

	it("names the file that was meant", function()
		fs.write(at "mappings.json", "")
		local ok, failure = pcall(fs.read, at "mapings.json")
		assert.is_false(ok)
		assert.equal('Did you mean "mappings.json"?', failure.hints[1][1])
	end)
end)

describe("path", function()
	it("goes from anywhere to anywhere", function()
		assert.equal("../../b/c", path.relative("b/c", "a/x"))
		assert.equal(".", path.relative("a/../b", "b"))
		assert.equal("../x", path.relative("/a/x", "/a/b"))
		assert.equal("/b", path.normalise "/a/../../b")
		assert.equal("../b", path.normalise "a/../../b")
		assert.equal(".", path.normalise "")
		assert.equal("/srv/x", path.absolute("../x", "/srv/y"))
		assert.is_true(path.is_absolute(path.absolute "x"))
	end)
	it("takes a name apart", function()
		assert.equal("/", path.dirname "/")
		assert.equal(".", path.dirname "a")
		assert.equal("", path.extension ".hidden")
		assert.equal(".hidden", path.stem ".hidden")
		assert.equal(".lua", path.basename(".lua", ".lua"))
		assert.same({ "/", "a", "b" }, path.parts "/a/b")
	end)
end)

describe("csv", function()
	it("goes round with quotes, line breaks and empty fields", function()
		local rows = { { a = 'x "y", z', b = "two\nlines" }, { a = "", b = "ü" } }
		assert.same(rows, csv.parse(csv.format(rows)))
		assert.equal("a,b\n1,\n,2\n", csv.format { { a = 1 }, { b = 2 } })
		assert.same({ { "1", "2" } }, csv.parse("1;2\r\n", { header = false, separator = ";" }))
		assert.same({}, csv.parse "")
		assert.same({}, csv.parse "a,b\n")
		assert.same({ { a = "1" } }, csv.parse "\xEF\xBB\xBFa\n1\n")
	end)

	it("streams a file, and says in which line it is wrong", function()
		local file = fs.temp("file", ".csv")
		csv.write(file, { { n = 1 }, { n = 2 }, { n = 3 } })
		local sum = 0
		for row in csv.rows(file) do
			sum = sum + tonumber(row.n)
		end
		assert.equal(6, sum)
		fs.write(file, "a,b\n1,2\n3\n")
		local next_row = csv.rows(file)
		assert.equal("2", next_row().b)
		assert.has_error(next_row, file .. ":3: 1 fields, where the first line has 2")
		fs.write(file, "a,a\n")
		assert.has_error(function()
			csv.read(file)
		end, 'the column "a" stands twice')
		fs.remove(file)
	end)

	it("loses nothing without a word", function()
		assert.has_error(function()
			csv.format({ { tabel = 1 } }, { columns = { "table" } })
		end, 'row 1 has a column "tabel", which is not among the columns. Did you mean "table"?')
		assert.has_error(function()
			csv.format { { a = {} } }
		end, "row 1, a: a table has no form in CSV")
		assert.has_error(function()
			csv.format { { "a", "b" }, { "c" } }
		end, "a row has 1 fields, where the first one has 2")
		assert.has_error(function()
			csv.parse("a", { separator = "::" })
		end, "separator must be one character")
	end)
end)

describe("hash", function()
	it("agrees with the published vectors", function()
		assert.equal(
			"ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
			hash.sha256 "abc"
		)
		assert.equal("ddaf35a193617aba", hash.sha512("abc"):sub(1, 16))
		-- RFC 4231, case 1, and case 6 with a key longer than a block.
		assert.equal(
			"b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7",
			hash.hmac(("\x0b"):rep(20), "Hi There")
		)
		assert.equal(
			"60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54",
			hash.hmac(("\xaa"):rep(131), "Test Using Larger Than Block-Size Key - Hash Key First")
		)
	end)

	it("reads a file in pieces", function()
		local file = fs.temp()
		fs.write(file, ("x"):rep(200000))
		assert.equal(hash.sha256(("x"):rep(200000)), hash.file(file))
		fs.remove(file)
	end)

	it("turns bytes into text and back", function()
		local bytes = "\0\1\254\255any"
		assert.equal(bytes, hash.unhex(hash.hex(bytes)))
		assert.equal(bytes, hash.unbase64(hash.base64(bytes)))
		assert.equal("\251\255", hash.unbase64 "-_8")
		assert.equal("any", hash.unbase64 "YW\n55")
		for _, text in ipairs { "YW4", "YW5", "!", "YQ===" } do
			local ok = pcall(hash.unbase64, text)
			assert.equal(text == "YW4", ok)
		end
		assert.has_error(function()
			hash.sha256("x", "hexx")
		end, 'Did you mean "hex"?')
	end)
end)
