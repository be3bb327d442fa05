-- `make demo` opens this and explains `take`.

local Bucket = {}
Bucket.__index = Bucket

---At most `size` tokens; `rate` come in a second.
function Bucket.new(rate, size)
  local full = { rate = rate, size = size }
  full.tokens, full.last = size, os.clock()
  return setmetatable(full, Bucket)
end

function Bucket:take(count)
  local now = os.clock()
  local new = (now - self.last) * self.rate
  self.tokens = math.min(self.size, self.tokens + new)
  self.last = now
  if self.tokens < count then return false end
  self.tokens = self.tokens - count
  return true
end

return Bucket
