"""Ruby and PHP."""

from __future__ import annotations

from guard.language import Language

_RUBY = (
    """\
class @Noun@ < ApplicationRecord
  belongs_to :@other@
  has_many :lines, dependent: :destroy

  scope :newest, ->(limit = @num@) { order(created_at: :desc).limit(limit) }

  def slug
    title.downcase.gsub(/[^a-z0-9]+/, '-')
  end
end
""",
    """\
RSpec.describe @Noun@ do
  subject(:@noun@) { build(:@noun@, title: 'Two Words') }

  it 'makes a slug' do
    expect(@noun@.slug).to eq('two-words')
  end
end
""",
    """\
namespace :@noun@ do
  desc '@Verb@ every @noun@'
  task @verb@: :environment do
    @Noun@.find_each(batch_size: @num@) do |one|
      puts one.slug
    end
  end
end
""",
    """\
def @verb@(paths, limit: @num@)
  paths.first(limit).map do |path|
    JSON.parse(File.read(path), symbolize_names: true)
  rescue JSON::ParserError => e
    warn "#{path}: #{e.message}"
  end
end
""",
)

RUBY = Language(
    "ruby",
    "@verb@_@noun@.rb",
    blocks=_RUBY,
    named=(
        "@NAME@ = '@value@'",
        '@NAME@ = "@value@".freeze',
        "ENV['@NAME@'] = '@value@'",
        "config.@name@ = '@value@'",
        "options = { @name@: '@value@', retries: @num@ }",
        "settings = { '@name@' => '@value@' }",
        "@name@ = ENV.fetch('@NAME@', '@value@')",
        'Rails.application.configure do\n  config.x.@name@ = "@value@"\nend',
    ),
    bare=(
        "client = Client.new('@value@')",
        "# still works until friday: @value@",
        "SEEDS = %w[@value@ second].freeze",
    ),
    split_line=("@NAME@ = '@a@' + '@b@'", "@NAME@ = '@a@' '@b@'"),
    split_lines=("@NAME@ = '@a@' \\\n  '@b@' \\\n  '@c@'", "@name@ = '@a@' +\n  '@b@'"),
    keys=(
        "@NAME@ = <<~PEM\n  @first@\n  @line@\n  @last@\nPEM",
        '@NAME@ = "@key_escaped@"',
        "@NAME@ = '@first@\n@line@\n@last@'",
    ),
    head="# frozen_string_literal: true\n\nrequire 'json'\nrequire_relative '@noun@'\n",
    comment="# {}",
)

_PHP = (
    """\
    public function @verb@(int $limit = @num@): array
    {
        return $this->repository->createQueryBuilder('n')
            ->orderBy('n.createdAt', 'DESC')
            ->setMaxResults($limit)
            ->getQuery()
            ->getResult();
    }
""",
    """\
    #[Route('/@noun@/{id}', methods: ['GET'])]
    public function show(int $id): JsonResponse
    {
        $found = $this->repository->find($id);
        return $found === null ? $this->json([], 404) : $this->json($found);
    }
""",
    """\
    public function test@Verb@sTheNewestFirst(): void
    {
        $made = array_map(fn (int $n) => new @Noun@($n), range(1, @num@));
        self::assertSame(@num@, $this->service->newest($made)->id());
    }
""",
)

PHP = Language(
    "php",
    "@verb@_@noun@.php",
    blocks=_PHP,
    named=(
        "    private const @NAME@ = '@value@';",
        '    private string $@camel@ = "@value@";',
        "    protected array $config = ['@name@' => '@value@', 'retries' => @num@];",
        "    public function __construct()\n    {\n        putenv('@NAME@=@value@');\n    }",
        "    public function boot(): void\n    {\n        define('@NAME@', '@value@');\n    }",
        "    public function rows(): array\n    {\n        return ['@kebab@' => '@value@'];\n    }",
    ),
    bare=(
        "    private array $seeds = ['@value@', 'second'];",
        "    // still works until friday: @value@",
        "    public function client(): Client\n    {\n        return new Client('@value@');\n    }",
    ),
    split_line=("    private const @NAME@ = '@a@' . '@b@';",),
    split_lines=("    private const @NAME@ = '@a@'\n        . '@b@'\n        . '@c@';",),
    keys=(
        "    private const @NAME@ = <<<PEM\n@first@\n@line@\n@last@\nPEM;",
        '    private const @NAME@ = "@first@\\n"\n        . "@line@\\n"\n        . "@last@\\n";',
    ),
    head="<?php\n\ndeclare(strict_types=1);\n\nnamespace Acme\\@Noun@;\n\n"
    "final class @Noun@Controller extends AbstractController\n{\n",
    foot="}\n",
    comment="    // {}",
)
