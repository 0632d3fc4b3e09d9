-- Refreshes: every answer holds the token of the next request. A token is in flight once at a time, as with a real client.

dofile(debug.getinfo(1, "S").source:match("@(.*/)") .. "common.lua")

local data

function init(args)
  data = dofile(args[1])
  for _, token in ipairs(data.tokens) do push(token) end
end

function request()
  local token = pop()
  if token == nil then  -- every token was lost to a wrong answer
    unexpected = unexpected + 1
    token = "none"
  end
  local body = data.body .. "&refresh_token=" .. token
  local headers = {}
  for name, value in pairs(data.headers) do headers[name] = value end
  return wrk.format("POST", data.path, headers, body)
end

function response(status, headers, body)
  local token = body:match('"refresh_token":"([%w_%-]+)"')
  if status == 200 and token and body:find('"id_token":"', 1, true) then
    operations = operations + 1
    push(token)
  else
    wrong(status, headers, body)
  end
end
