-- A sign-in with a password by a browser that is new here: GET authorize, GET the sign-in page, POST its form, POST token;
-- one operation is all four. Tenants take turns. The interaction's handle in the URL and in the form tells which browser's
-- cookie belongs to an answer, and the `iss` beside a code tells where the code is spent.

dofile(debug.getinfo(1, "S").source:match("@(.*/)") .. "common.lua")

local data, turn, cookies = nil, 0, {}

function init(args)
  data = dofile(args[1])
end

local function authorize()
  turn = turn + 1
  local tenant = data.tenants[turn % #data.tenants + 1]
  return wrk.format("GET", "/t/" .. tenant .. data.authorize .. "&state=" .. turn, {Accept = "text/html"})
end

local function page(path, handle)
  return wrk.format("GET", path, {Accept = "text/html", Cookie = cookies[handle]})
end

local function sign_in(path, handle, csrf)
  turn = turn + 1
  local person = data.people[turn % #data.people + 1]
  local headers = {
    Cookie = cookies[handle],
    Origin = data.origin,
    ["Sec-Fetch-Site"] = "same-origin",
    ["Content-Type"] = "application/x-www-form-urlencoded",
  }
  cookies[handle] = nil
  local body = "csrf=" .. csrf .. "&username=" .. person .. "&password=" .. data.password
  return wrk.format("POST", path, headers, body)
end

local function token(tenant, code)
  local headers = {}
  for name, value in pairs(data.headers) do headers[name] = value end
  return wrk.format("POST", "/t/" .. tenant .. "/token", headers, data.body .. "&code=" .. code)
end

function request()
  return pop() or authorize()
end

function response(status, headers, body)
  local location = status == 303 and headers["location"] or ""
  local handle, code = location:match("/interaction/([%w_%-]+)$"), location:match("[?&]code=([%w_%-]+)")
  local tenant = location:match("[?&]iss=[^&]+%%2Ft%%2F([%w%-]+)")
  -- wrk tells of the last cookie only: that of the tab has the value of the browser's.
  local cookie = (headers["set-cookie"] or ""):match("^([^;]+)")
  if cookie then cookie = cookie:gsub("_tab%.[^=]*=", "_browser=") end
  if code and tenant and cookie then
    push(token(tenant, code))
  elseif handle and cookie then
    cookies[handle] = cookie
    push(page(location, handle))
  elseif status == 200 and body:find('"id_token":"', 1, true) then
    operations = operations + 1
  else
    local path, shown = body:match('action="([^"]*/interaction/([%w_%-]+)/sign%-in)"')
    local csrf = body:match('name="csrf" value="([^"]+)"')
    if status == 200 and shown and csrf and cookies[shown] then
      push(sign_in(path, shown, csrf))
    else
      wrong(status, headers, body)
    end
  end
end
