---@meta http

--- One HTTP request and its answer: a webhook, a health check. TLS and proxies are those of the AWS
--- calls.
---
--- ```lua
--- local http = require "http"
--- http.post("https://hooks.example.com/T0/B0/x", { json = { text = "cut-over begins" } }).ok --> true
--- http.recorded()[1].body --> '{"text":"cut-over begins"}'
--- http.post("https://example.com/hook", { query = { task = "a b&c" } }).recorded --> true
--- http.recorded()[2].url --> "https://example.com/hook?task=a%20b%26c"
--- http.get "htps://example.com" --> error: url must be an address such as
--- ```
---
--- What may change something elsewhere (every method but GET and HEAD, unless it says `reads = true`)
--- is refused with `--read-only`. With `--dry-run`, and on the local AWS where it does not go to this
--- machine itself, it is not sent: it is written down for `http.recorded` and answered with 202. So a
--- rehearsal never tells a channel that the real thing has begun. Messages show of an address only
--- the host (a webhook's path is its password), and no headers.
---@class http
local http = {}

---@class http.Options
---@field headers? table<string, string|number|secret.Secret>
---@field query? table<string, string|number|secret.Secret> what stands behind the `?` of the address, escaped as it must be
---@field body? string|secret.Secret
---@field json? any becomes the body, with its content type
---@field timeout? number|string seconds of real time, or a duration (default 30)
---@field check? boolean an answer other than 2xx is an error (default true)
---@field reads? boolean it changes nothing there, whatever its method

---@class http.Request: http.Options
---@field url string|secret.Secret
---@field method? "GET"|"HEAD"|"POST"|"PUT"|"PATCH"|"DELETE" GET, or POST with a body

---@class http.Response
---@field status integer
---@field ok boolean the status is 2xx
---@field headers table<string, string> names in lower case; several of one name joined with a comma
---@field body string
---@field recorded? boolean it was not sent

---@class http.Recorded
---@field method string
---@field url string
---@field headers table<string, string> what authorises is `***`
---@field body string

--- Sends a request and gives the answer. Redirections are not followed: the error says where to.
--- Fails where no answer comes (no network, TLS, the timeout), where it is not 2xx unless `check =
--- false`, beyond 64 MB, and with `--read-only` where it may change something. A name and a
--- password before the host are sent as `Authorization: Basic`.
---@param request http.Request what to send
---@return http.Response
function http.request(request) end

--- A GET. Fails as `http.request` does.
---@param url string|secret.Secret http:// or https://; a secret where its path is one
---@param options? http.Options as for `http.request`
---@return http.Response
function http.get(url, options) end

--- A POST. Fails as `http.request` does.
---@param url string|secret.Secret http:// or https://; a secret where its path is one
---@param options? http.Options as for `http.request`
---@return http.Response
function http.post(url, options) end

--- The requests that were not sent, in their order.
---@return http.Recorded[] # an empty list where every request was sent
function http.recorded() end

return http
