-- A small sample for `make demo`: the cursor is put into `take`, which is then explained.

local Bucket = {}
Bucket.__index = Bucket

---A token bucket: `rate` tokens a second, at most `size` of them.
function Bucket.new(rate, size)
  return setmetatable({ rate = rate, size = size, tokens = size, last = os.clock() }, Bucket)
end

function Bucket:take(count)
  local now = os.clock()
  self.tokens = math.min(self.size, self.tokens + (now - self.last) * self.rate)
  self.last = now
  if self.tokens < count then return false end
  self.tokens = self.tokens - count
  return true
end

return Bucket
