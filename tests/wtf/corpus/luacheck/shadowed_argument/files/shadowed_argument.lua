local Registry = {}
Registry.__index = Registry

function Registry.new()
  return setmetatable({ handlers = {} }, Registry)
end

--- Call every handler of a name, and those of its group.
function Registry:emit(name, payload)
  for _, name in ipairs({ name, name:match("^[^.]+") }) do
    local handler = self.handlers[name]
    if handler then
      handler(payload)
    end
  end
end

return Registry
