"""TOML and Terraform."""

from __future__ import annotations

from guard.language import Language

_TOML = (
    '[@noun@]\nenabled = true\nlimit = @num@\nformats = ["json"]\npath = "/srv/@noun@/out"\n',
    '[dependencies.@noun@]\nversion = "1.@num@"\nfeatures = ["std", "derive"]\noptional = true\n',
    '[tool.@verb@]\nline-length = 100\nselect = ["E", "F", "I"]\nexclude = ["build", "@noun@/*"]\n',
    '[[@noun@_rules]]\nmatch = "*.@other@"\nkeep_days = @num@\ncompress = true\n',
    '[logging.@noun@]\nlevel = "info"\nhandlers = ["console"]\nrotate = "1 week"\n',
)

TOML = Language(
    "toml",
    "@verb@_@noun@.toml",
    blocks=_TOML,
    named=(
        '@name@ = "@value@"',
        "@name@ = '@value@'",
        '[@noun@]\n@name@ = "@value@"\ntimeout = @num@',
        'env = { @NAME@ = "@value@" }',
        '@kebab@ = "@value@"',
        '[env]\n@NAME@ = "@value@"',
    ),
    bare=('args = ["@verb@", "@value@"]', "# still works until friday: @value@"),
    split_lines=('@name@ = """@a@\\\n  @b@\\\n  @c@"""',),
    keys=(
        '@name@ = """\n@first@\n@line@\n@last@\n"""',
        "@name@ = '''\n@first@\n@line@\n@last@'''",
        '@name@ = "@key_escaped@"',
    ),
    gap="\n",
    comment="# {}",
)

_HCL = (
    """\
}

resource "aws_s3_bucket" "@noun@" {
  bucket        = "acme-@noun@-@num@"
  force_destroy = false

  tags = {
    team = "@other@"
    env  = var.environment
  }
""",
    """\
}

variable "@noun@_count" {
  description = "How many of them"
  type        = number
  default     = @num@
""",
    """\
}

output "@noun@_address" {
  value = aws_instance.@noun@.private_ip
""",
    """\
}

module "@noun@" {
  source  = "terraform-aws-modules/vpc/aws"
  version = "5.@num@.0"
  cidr    = "10.0.0.0/16"
""",
)

TERRAFORM = Language(
    "terraform",
    "@verb@_@noun@.tf",
    blocks=_HCL,
    named=(
        '  @name@ = "@value@"',
        '  @name@    = "@value@"\n  region = "eu-central-1"',
        '  environment = { @NAME@ = "@value@" }',
        '}\n\nvariable "@name@" {\n  type    = string\n  default = "@value@"',
        '}\n\nlocals {\n  @name@ = "@value@"',
        '  set { name = "@noun@.@camel@", value = "@value@" }',
    ),
    bare=('  user_data = "@verb@ @value@"', "  # still works until friday: @value@"),
    split_line=('  @name@ = join("", ["@a@", "@b@"])',),
    keys=(
        "  @name@ = <<-EOT\n    @first@\n    @line@\n    @last@\n  EOT",
        '  @name@ = "@key_escaped@"',
    ),
    head='provider "@noun@" {\n  region = "eu-central-1"\n',
    foot="}\n",
    gap="\n",
    comment="  # {}",
)
