"""Later files that hold little else than look-alikes: lock files of other tools."""

from __future__ import annotations

from guard.lookalike import Dense

LATER_FILES = (
    Dense(
        "composer-lock",
        "composer.lock",
        "json",
        '    { "name": "acme/@noun@-@alnum4@", "version": "v1.@num@.0",\n'
        '      "dist": { "type": "zip", "reference": "@value@" } }',
        lambda draw: draw.hex(40),
        head='{\n  "packages": [\n',
        foot="\n  ]\n}\n",
        between=",\n",
    ),
    Dense(
        "flake-lock",
        "flake.lock",
        "json",
        '    "@noun@-@alnum4@": {\n      "locked": { "narHash": "sha256-@value@" }\n    }',
        lambda draw: draw.base64(32),
        head='{\n  "nodes": {\n',
        foot='\n  },\n  "root": "root",\n  "version": 7\n}\n',
        between=",\n",
    ),
    Dense(
        "nuget-lock",
        "packages.lock.json",
        "json",
        '      "Acme.@noun@.@alnum4@": {\n        "resolved": "1.@num@.0",\n'
        '        "contentHash": "@value@"\n      }',
        lambda draw: draw.base64(64),
        head='{\n  "version": 1,\n  "dependencies": {\n    "net8.0": {\n',
        foot="\n    }\n  }\n}\n",
        between=",\n",
    ),
    Dense(
        "pod-lock",
        "Podfile.lock",
        "yaml",
        "  Acme@noun@@alnum4@: @value@",
        lambda draw: draw.hex(40),
        head="SPEC CHECKSUMS:\n",
        size=30,
    ),
    Dense(
        "gradle-verification",
        "verification-metadata.xml",
        "xml",
        '    <artifact name="@noun@-1.@num@.jar">\n'
        '      <sha256 value="@value@"/>\n    </artifact>',
        lambda draw: draw.hex(64),
        head="<verification-metadata>\n  <components>\n",
        foot="\n  </components>\n</verification-metadata>\n",
    ),
    Dense(
        "trace-export",
        "spans.json",
        "json",
        '  { "name": "@verb@ @noun@", "traceId": "@value@", "durationMs": @num@ }',
        lambda draw: draw.hex(32),
        head="[\n",
        foot="\n]\n",
        between=",\n",
        size=40,
    ),
    Dense(
        "deployments",
        "deployments.json",
        "json",
        '  { "chain": @num@, "contract": "@noun@", "address": "@value@" }',
        lambda draw: "0x" + draw.hex(40),
        head="[\n",
        foot="\n]\n",
        between=",\n",
        size=40,
    ),
)
