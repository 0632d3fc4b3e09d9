-- What the scripts share: a queue of follow-up requests, the count of whole operations and of unexpected answers, and
-- one line of JSON at the end. wrk does not say which connection an answer came on, and no script needs to know: the
-- next step follows from what the answer holds.

operations, unexpected, example = 0, 0, ""  -- globals: wrk's main thread reads them with thread:get

local first, last, jobs = 1, 0, {}

function push(job)
  last = last + 1
  jobs[last] = job
end

function pop()
  if first > last then return nil end
  local job = jobs[first]
  jobs[first] = nil
  first = first + 1
  return job
end

function wrong(status, headers, body)
  unexpected = unexpected + 1
  if example == "" then
    example = status .. " " .. (headers["location"] or "") .. " " .. body:gsub("%s+", " "):sub(1, 200)
  end
end

local threads = {}

function setup(thread)
  table.insert(threads, thread)
end

local function quoted(text)
  return '"' .. text:gsub('[%c"\\\128-\255]', function(c) return string.format("\\u%04x", c:byte()) end) .. '"'
end

function done(summary, latency)
  local operations, unexpected, example = 0, 0, ""
  for _, thread in ipairs(threads) do
    operations = operations + thread:get("operations")
    unexpected = unexpected + thread:get("unexpected")
    if example == "" then example = thread:get("example") end
  end
  local errors = summary.errors
  io.write(string.format(
    '\n{"requests":%d,"operations":%d,"unexpected":%d,"broken":%d,"timeouts":%d,"microseconds":%d,"p50":%d,"p99":%d,"example":%s}\n',
    summary.requests, operations, unexpected, errors.connect + errors.read + errors.write, errors.timeout,
    summary.duration, latency:percentile(50), latency:percentile(99), quoted(example)))
end
