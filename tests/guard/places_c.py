"""C++ and Lua."""

from __future__ import annotations

from guard.language import Language

_CPP = (
    """\
std::vector<@Noun@> @verb@_@noun@(const std::filesystem::path &root, std::size_t limit) {
  std::vector<@Noun@> found;
  for (const auto &entry : std::filesystem::directory_iterator(root)) {
    if (found.size() == limit) break;
    if (auto one = @Noun@::parse(entry.path())) found.push_back(*one);
  }
  return found;
}
""",
    """\
struct @Noun@ {
  std::uint64_t id = 0;
  std::string title;
  std::vector<std::string> tags;

  static std::optional<@Noun@> parse(const std::filesystem::path &path);
  bool operator<(const @Noun@ &other) const { return id < other.id; }
};
""",
    """\
TEST(@Noun@Test, @Verb@sTheNewestFirst) {
  std::vector<@Noun@> made(@num@);
  std::iota(made.begin(), made.end(), 0);
  EXPECT_EQ(newest(made).id, @num@u - 1);
}
""",
    """\
#ifdef _WIN32
#define @NAME@_API __declspec(dllexport)
#else
#define @NAME@_API __attribute__((visibility("default")))
#endif
""",
)

CPP = Language(
    "cpp",
    "@verb@_@noun@.cpp",
    blocks=_CPP,
    named=(
        'static const char *k@Pascal@ = "@value@";',
        '#define @NAME@ "@value@"',
        'const std::string @name@{"@value@"};',
        'constexpr char k@Pascal@[] = "@value@";',
        'void @verb@() {\n  setenv("@NAME@", "@value@", 1);\n}',
        'static struct options defaults = {\n  .@name@ = "@value@",\n  .retries = @num@,\n};',
    ),
    bare=(
        'static Client client("@value@");',
        "// still works until friday: @value@",
        'static const char *seeds[] = {"@value@", "second"};',
    ),
    split_line=('static const char *k@Pascal@ = "@a@" "@b@";', '#define @NAME@ "@a@" "@b@"'),
    split_lines=(
        'static const char *k@Pascal@ =\n    "@a@"\n    "@b@"\n    "@c@";',
        '#define @NAME@ "@a@" \\\n               "@b@"',
    ),
    keys=(
        'static const char *k@Pascal@ =\n    "@first@\\n"\n    "@line@\\n"\n    "@last@\\n";',
        'static const char k@Pascal@[] = R"PEM(@first@\n@line@\n@last@\n)PEM";',
    ),
    head='#include <filesystem>\n#include <string>\n#include <vector>\n\n#include "@noun@.h"\n',
    comment="// {}",
)

_LUA = (
    """\
---Return at most `limit` entries, the newest first.
---@@param limit integer
function M.@verb@_@noun@(limit)
  local found = {}
  for _, one in ipairs(M.all()) do
    if #found < limit and not one.archived then
      found[#found + 1] = one
    end
  end
  return found
end
""",
    """\
vim.api.nvim_create_autocmd("BufWritePost", {
  group = group,
  pattern = "*.@noun@",
  callback = function(event)
    M.@verb@(event.buf, vim.api.nvim_buf_get_lines(event.buf, 0, -1, true))
  end,
})
""",
    """\
describe("@verb@", function()
  it("keeps the newest", function()
    assert.are.equal(@num@, #require("@noun@").@verb@(@num@))
  end)
end)
""",
)

LUA = Language(
    "lua",
    "@verb@_@noun@.lua",
    blocks=_LUA,
    named=(
        'local @name@ = "@value@"',
        'vim.env.@NAME@ = "@value@"',
        "vim.g.@name@ = '@value@'",
        'require("@noun@").setup({ @name@ = "@value@", retries = @num@ })',
        "return {\n  @name@ = [[@value@]],\n  timeout = @num@,\n}",
    ),
    bare=(
        'local client = connect("@value@")',
        "-- still works until friday: @value@",
        'local seeds = { "@value@", "second" }',
    ),
    split_line=('local @name@ = "@a@" .. "@b@"',),
    split_lines=('local @name@ = "@a@"\n  .. "@b@"\n  .. "@c@"',),
    keys=("local @name@ = [[\n@first@\n@line@\n@last@\n]]",),
    head='local M = {}\n\nlocal group = vim.api.nvim_create_augroup("@noun@", { clear = true })\n',
    foot="return M\n",
    comment="-- {}",
)
