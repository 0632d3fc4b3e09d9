-- The authorization code flow with PKCE: GET authorize, then POST token with the code of the redirect; one operation is
-- both. Sessions take turns. The verifier is the same throughout, so that a code alone tells how to go on.

dofile(debug.getinfo(1, "S").source:match("@(.*/)") .. "common.lua")

local data, turn = nil, 0

function init(args)
  data = dofile(args[1])
end

local function authorize()
  turn = turn + 1
  local cookie = data.cookies[turn % #data.cookies + 1]
  return wrk.format("GET", data.authorize .. "&state=" .. turn, {Cookie = cookie, Accept = "text/html"})
end

local function token(code)
  local headers = {}
  for name, value in pairs(data.headers) do headers[name] = value end
  return wrk.format("POST", data.token, headers, data.body .. "&code=" .. code)
end

function request()
  local code = pop()
  return code and token(code) or authorize()
end

function response(status, headers, body)
  local code = status == 303 and (headers["location"] or ""):match("[?&]code=([%w_%-]+)")
  if code then
    push(code)
  elseif status == 200 and body:find('"id_token":"', 1, true) then
    operations = operations + 1
  else
    wrong(status, headers, body)
  end
end
