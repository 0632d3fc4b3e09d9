-- Sends prepared requests in turn; an answer counts when its status is the expected one and its body holds the marker.

dofile(debug.getinfo(1, "S").source:match("@(.*/)") .. "common.lua")

local prepared, status_wanted, marker, turn = {}, 200, "", 0

function init(args)
  local data = dofile(args[1])
  status_wanted, marker = data.status, data.marker
  for i, r in ipairs(data.requests) do
    prepared[i] = wrk.format(r.method, r.path, r.headers, r.body)
  end
end

function request()
  turn = turn % #prepared + 1
  return prepared[turn]
end

function response(status, headers, body)
  if status == status_wanted and body:find(marker, 1, true) then
    operations = operations + 1
  else
    wrong(status, headers, body)
  end
end
