"""Go and Rust."""

from __future__ import annotations

from guard.language import Language

_GO = (
    """\
// @Verb@@Noun@ returns at most limit entries, the newest first.
func @Verb@@Noun@(ctx context.Context, db *sql.DB, limit int) ([]@Noun@, error) {
	rows, err := db.QueryContext(ctx, "SELECT id FROM @noun@ ORDER BY id DESC LIMIT $1", limit)
	if err != nil {
		return nil, fmt.Errorf("@verb@ @noun@: %w", err)
	}
	defer rows.Close()
	return scan@Noun@(rows)
}
""",
    """\
type @Noun@ struct {
	ID        int64     `json:"id" db:"id"`
	Title     string    `json:"title" db:"title"`
	CreatedAt time.Time `json:"created_at" db:"created_at"`
}
""",
    """\
func (s *Server) handle@Noun@(w http.ResponseWriter, r *http.Request) {
	id, err := strconv.ParseInt(r.PathValue("id"), 10, 64)
	if err != nil {
		http.Error(w, "bad id", http.StatusBadRequest)
		return
	}
	json.NewEncoder(w).Encode(s.store.@Verb@(r.Context(), id))
}
""",
    """\
func Test@Verb@@Noun@(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]int{"empty": 0, "one": 1, "many": @num@} {
		t.Run(name, func(t *testing.T) {
			if got := len(make@Noun@(want)); got != want {
				t.Errorf("got %d, want %d", got, want)
			}
		})
	}
}
""",
)

GO = Language(
    "go",
    "@verb@_@noun@.go",
    blocks=_GO,
    named=(
        'const @camel@ = "@value@"',
        'var @Pascal@ = "@value@"',
        "var @camel@ string = `@value@`",
        'func init() {\n\tos.Setenv("@NAME@", "@value@")\n}',
        'var defaults = Config{\n\t@Pascal@: "@value@",\n\tRetries: @num@,\n}',
        'func @verb@() string {\n\t@camel@ := "@value@"\n\treturn @camel@\n}',
        'var options = map[string]string{"@name@": "@value@", "mode": "fast"}',
    ),
    bare=(
        'var client = dial("@value@")',
        "// still works until friday: @value@",
        'var seeds = []string{"@value@", "second"}',
        'func @verb@All() error {\n\treturn call("/v1/@noun@", "@value@")\n}',
    ),
    split_line=('const @camel@ = "@a@" + "@b@"', 'var @camel@ = "@a@" + "@b@" + "@c@"'),
    split_lines=('const @camel@ = "@a@" +\n\t"@b@" +\n\t"@c@"',),
    keys=(
        "const @camel@ = `@first@\n@line@\n@last@`",
        "var @camel@ = []byte(`\n@first@\n@line@\n@last@\n`)",
        'const @camel@ = "@first@\\n" +\n\t"@line@\\n" +\n\t"@last@\\n"',
        'var @camel@ = "@key_escaped@"',
    ),
    head='package @noun@\n\nimport (\n\t"context"\n\t"encoding/json"\n\t"fmt"\n\t"net/http"\n)\n',
    comment="// {}",
)

_RUST = (
    """\
/// Returns at most `limit` entries, the newest first.
pub async fn @verb@_@noun@(pool: &PgPool, limit: i64) -> Result<Vec<@Noun@>, Error> {
    let rows = sqlx::query_as("SELECT id, title FROM @noun@ ORDER BY id DESC LIMIT $1")
        .bind(limit)
        .fetch_all(pool)
        .await?;
    Ok(rows)
}
""",
    """\
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct @Noun@ {
    pub id: u64,
    pub title: String,
    #[serde(default)]
    pub tags: Vec<String>,
}
""",
    """\
impl @Noun@ {
    pub fn slug(&self) -> String {
        self.title
            .to_lowercase()
            .split(|c: char| !c.is_ascii_alphanumeric())
            .filter(|word| !word.is_empty())
            .collect::<Vec<_>>()
            .join("-")
    }
}
""",
    """\
#[cfg(test)]
mod @verb@_tests {
    use super::*;

    #[test]
    fn keeps_the_newest() {
        let made: Vec<_> = (0..@num@).map(@Noun@::numbered).collect();
        assert_eq!(newest(&made).unwrap().id, @num@ - 1);
    }
}
""",
)

RUST = Language(
    "rust",
    "@verb@_@noun@.rs",
    blocks=_RUST,
    named=(
        'const @NAME@: &str = "@value@";',
        'pub static @NAME@: &str = "@value@";',
        'fn @name@() -> String {\n    "@value@".to_string()\n}',
        'fn config() -> Config {\n    Config { @name@: "@value@".into(), retries: @num@ }\n}',
        'fn @verb@() {\n    let @name@ = "@value@";\n    start(@name@);\n}',
        'fn setup() {\n    std::env::set_var("@NAME@", "@value@");\n}',
    ),
    bare=(
        'fn @verb@_client() -> Client {\n    Client::new("@value@")\n}',
        "// still works until friday: @value@",
        'const SEEDS: [&str; 2] = ["@value@", "second"];',
    ),
    split_line=('const @NAME@: &str = concat!("@a@", "@b@");',),
    split_lines=('const @NAME@: &str = concat!(\n    "@a@",\n    "@b@",\n    "@c@",\n);',),
    keys=(
        'const @NAME@: &str = "\\\n@first@\n@line@\n@last@\n";',
        'const @NAME@: &str = r#"@first@\n@line@\n@last@"#;',
        'const @NAME@: &str = concat!(\n    "@first@\\n",\n    "@line@\\n",\n    "@last@\\n",\n);',
    ),
    head="use serde::{Deserialize, Serialize};\nuse sqlx::PgPool;\n\nuse crate::error::Error;\n",
    comment="// {}",
)
