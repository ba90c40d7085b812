using System.Buffers;
using System.Text;
using System.Text.Json;
using Ccr.Protocols.Json;
using Ccr.Protocols.Schemas;

namespace Ccr.Tests.Protocols.Schemas;

public class SchemaCleanerTests
{
    private const string Plain = """{"type":"object","properties":{"b":{"type":"string","description":"x"},"a":{"type":"number","minimum":1.0e3}},"required":["a"]}""";

    private const string ClaudeCodeArtifact =
        """{"$schema":"https://json-schema.org/draft/2020-12/schema","type":"object","properties":{"title":{"type":"string","pattern":"^[^\\p{Cc}]+$","minLength":1},"url":{"type":"string","format":"uri"},"at":{"type":"string","format":"date-time"},"n":{"type":"integer","exclusiveMinimum":0,"maximum":9007199254740993}},"required":["title"],"additionalProperties":false}""";

    [Theory]
    [InlineData(SchemaTarget.OpenAI)]
    [InlineData(SchemaTarget.Anthropic)]
    [InlineData(SchemaTarget.GeminiParameters)]
    [InlineData(SchemaTarget.GeminiJsonSchema)]
    public void A_schema_that_is_fine_is_copied_byte_for_byte(SchemaTarget target)
    {
        var spaced = Plain.Replace(",", " ,\n ", StringComparison.Ordinal);
        Assert.Equal(spaced, Clean(spaced, target));
    }

    [Theory]
    [InlineData(SchemaTarget.OpenAI)]
    [InlineData(SchemaTarget.Anthropic)]
    [InlineData(SchemaTarget.GeminiParameters)]
    [InlineData(SchemaTarget.GeminiJsonSchema)]
    public void P62_a_missing_or_null_schema_is_an_empty_object(SchemaTarget target)
    {
        foreach (var schema in new[] { "", "null", "{}", """{"type":null}""", """{"type":"null"}""", "true", "[]", """{"type":"object"}""" })
        {
            Assert.Equal("""{"type":"object","properties":{}}""", Clean(schema, target));
        }
    }

    [Fact]
    public void P63_P64_P65_OpenAI_gets_no_pattern_format_or_id_that_it_refuses()
    {
        var clean = Clean(ClaudeCodeArtifact.Replace("\"type\":\"object\"", "\"$id\":\"not a uri\",\"type\":\"object\"", StringComparison.Ordinal), SchemaTarget.OpenAI);
        Assert.Equal("""{"type":"object","additionalProperties":false,"properties":{"title":{"type":"string","minLength":1},"url":{"type":"string"},"at":{"type":"string","format":"date-time"},"n":{"type":"integer","exclusiveMinimum":0,"maximum":9007199254740993}},"required":["title"]}""", clean);
    }

    [Fact]
    public void Names_of_properties_are_no_keywords()
    {
        const string schema = """{"type":"object","properties":{"$schema":{"type":"string"},"format":{"type":"string"},"pattern":{"type":"string"},"const":{"type":"string"},"$ref":{"type":"string"}},"required":["format"]}""";
        Assert.Equal(schema, Clean(schema, SchemaTarget.OpenAI));
        Assert.Equal(schema, Clean(schema, SchemaTarget.GeminiParameters));
        Assert.Equal(schema, Clean(schema, SchemaTarget.GeminiJsonSchema));
    }

    [Fact]
    public void Anthropic_keeps_what_it_knows_and_gets_a_plain_root()
    {
        Assert.Equal(ClaudeCodeArtifact, Clean(ClaudeCodeArtifact, SchemaTarget.Anthropic));
        Assert.Equal(
            """{"type":"object","properties":{"a":{"type":"string"},"b":{"type":"string"}}}""",
            Clean("""{"oneOf":[{"type":"object","properties":{"a":{"type":"string"}},"required":["a"]},{"type":"object","properties":{"b":{"type":"string"}}}]}""", SchemaTarget.Anthropic));
        Assert.Equal(
            """{"type":"object","properties":{"a":{"type":"string"}},"required":["a"]}""",
            Clean("""{"allOf":[{"properties":{"a":{"type":"string"}},"required":["a"]}]}""", SchemaTarget.OpenAI));
    }

    [Fact]
    public void A_root_that_is_a_reference_is_resolved()
    {
        var clean = Clean("""{"$schema":"x","$ref":"#/definitions/In","definitions":{"In":{"type":"object","properties":{"n":{"$ref":"#/definitions/In"}}}}}""", SchemaTarget.OpenAI);
        Assert.Equal("""{"type":"object","definitions":{"In":{"type":"object","properties":{"n":{"$ref":"#/definitions/In"}}}},"properties":{"n":{"$ref":"#/definitions/In"}}}""", clean);
    }

    [Fact]
    public void P161_Gemini_parameters_hold_only_the_words_of_OpenApi()
    {
        var clean = Clean(ClaudeCodeArtifact, SchemaTarget.GeminiParameters);
        foreach (var refused in new[] { "$schema", "additionalProperties", "exclusiveMinimum", "\"uri\"" })
        {
            Assert.DoesNotContain('"' + refused.Trim('"') + "\":", clean, StringComparison.Ordinal);
        }

        var properties = JsonDocument.Parse(clean).RootElement.GetProperty("properties");
        Assert.Equal("1", properties.GetProperty("n").GetProperty("minimum").GetRawText());
        Assert.Equal("9007199254740993", properties.GetProperty("n").GetProperty("maximum").GetRawText());
        Assert.Equal("format: \"uri\"", properties.GetProperty("url").GetProperty("description").GetString());
        Assert.Equal("date-time", properties.GetProperty("at").GetProperty("format").GetString());
    }

    [Theory]
    [InlineData("""{"enum":[1,2]}""", """{"description":"one of [1,2]"}""")]
    [InlineData("""{"type":"integer","enum":[1,2],"description":"how"}""", """{"type":"integer","description":"how (one of [1,2])"}""")]
    [InlineData("""{"enum":["a",null]}""", """{"nullable":true,"enum":["a"],"type":"string"}""")]
    [InlineData("""{"const":"a"}""", """{"type":"string","enum":["a"]}""")]
    [InlineData("""{"type":["string","null"]}""", """{"nullable":true,"type":"string"}""")]
    [InlineData("""{"type":["string","integer"]}""", """{"anyOf":[{"type":"string"},{"type":"integer"}]}""")]
    [InlineData("""{"anyOf":[{"type":"string"},{"type":"null"}],"default":null}""", """{"nullable":true,"type":"string","description":"default: null"}""")]
    [InlineData("""{"oneOf":[{"type":"string"},{"type":"integer"}]}""", """{"anyOf":[{"type":"string"},{"type":"integer"}]}""")]
    [InlineData("""{"type":"array"}""", """{"type":"array","items":{"type":"string"}}""")]
    [InlineData("""{"type":"object","properties":{}}""", """{"type":"object"}""")]
    [InlineData("""{"type":"number","exclusiveMaximum":1.50}""", """{"type":"number","maximum":1.50,"description":"less than 1.50"}""")]
    [InlineData("""{"type":"object","properties":{"x":{"type":"string"}},"required":["x","gone"]}""", """{"type":"object","properties":{"x":{"type":"string"}},"required":["x"]}""")]
    [InlineData("""{"type":"object","additionalProperties":{"type":"string"}}""", """{"type":"object","description":"additionalProperties: {\"type\":\"string\"}"}""")]
    [InlineData("true", "{}")]
    public void P162_Gemini_parameters_say_it_otherwise(string property, string expected)
    {
        Assert.Equal($$$"""{"type":"object","properties":{"p":{{{expected}}}}}""", Clean($$$"""{"type":"object","properties":{"p":{{{property}}}}}""", SchemaTarget.GeminiParameters));
    }

    [Fact]
    public void P163_conditions_are_hoisted_and_references_inlined()
    {
        var clean = JsonDocument.Parse(Clean(
            """{"type":"object","properties":{"kind":{"type":"string"},"where":{"$ref":"#/$defs/Place"}},"if":{"properties":{"kind":{"const":"x"}}},"then":{"properties":{"extra":{"type":"string"}},"required":["extra"]},"$defs":{"Place":{"type":"object","properties":{"city":{"type":"string"},"near":{"$ref":"#/$defs/Place"}},"required":["city"]}}}""",
            SchemaTarget.GeminiParameters)).RootElement;
        var properties = clean.GetProperty("properties");
        Assert.Equal("string", properties.GetProperty("extra").GetProperty("type").GetString());
        Assert.False(clean.TryGetProperty("required", out _));
        Assert.Contains("if: ", clean.GetProperty("description").GetString(), StringComparison.Ordinal);
        Assert.Equal("string", properties.GetProperty("where").GetProperty("properties").GetProperty("city").GetProperty("type").GetString());

        // The cycle is cut.
        Assert.Equal("""{"type":"object","description":"as Place"}""", properties.GetProperty("where").GetProperty("properties").GetProperty("near").GetRawText());
    }

    [Fact]
    public void Gemini_JSON_Schema_keeps_almost_everything()
    {
        Assert.Equal(
            """{"type":"object","additionalProperties":false,"$defs":{"D":{"type":"string"}},"properties":{"a":{"enum":["x"]},"b":{"description":"d","anyOf":[{"$ref":"#/$defs/D"}]},"c":{"$ref":"#/$defs/D"},"e":{"type":["string","null"],"exclusiveMinimum":1},"f":{"type":"object"}}}""",
            Clean("""{"$schema":"s","type":"object","properties":{"a":{"const":"x"},"b":{"$ref":"#/$defs/D","description":"d"},"c":{"$ref":"#/$defs/D"},"e":{"type":["string","null"],"exclusiveMinimum":1},"f":{"$ref":"https://elsewhere/"}},"additionalProperties":false,"$defs":{"D":{"type":"string"}}}""", SchemaTarget.GeminiJsonSchema));
    }

    [Theory]
    [InlineData(SchemaTarget.OpenAI)]
    [InlineData(SchemaTarget.Anthropic)]
    [InlineData(SchemaTarget.GeminiParameters)]
    [InlineData(SchemaTarget.GeminiJsonSchema)]
    public void A_schema_nested_without_end_becomes_a_plain_object(SchemaTarget target)
    {
        var deep = string.Concat(Enumerable.Repeat("""{"type":"object","properties":{"p":""", 500)) + "{}" + string.Concat(Enumerable.Repeat("}}", 500));
        Assert.Equal("""{"type":"object","properties":{}}""", Clean(deep, target));
        Assert.Equal("""{"type":"object","properties":{}}""", Clean("""{"type":"object",""", target));
    }

    [Fact]
    public void References_that_multiply_are_cut_off()
    {
        var definitions = string.Join(',', Enumerable.Range(0, 30).Select(i => """
            "dFROM":{"type":"object","properties":{"a":{"$ref":"#/$defs/dTO"},"b":{"$ref":"#/$defs/dTO"}}}
            """.Replace("FROM", $"{i}", StringComparison.Ordinal).Replace("TO", $"{i + 1}", StringComparison.Ordinal)));
        var clean = Clean("""{"type":"object","properties":{"x":{"$ref":"#/$defs/d0"}},"$defs":{""" + definitions + ""","d30":{"type":"string"}}}""", SchemaTarget.GeminiParameters);
        Assert.InRange(clean.Length, 100, 2_000_000);
    }

    [Fact]
    public void The_schema_of_an_answer_may_have_any_root()
    {
        var buffer = new ArrayBufferWriter<byte>();
        SchemaCleaner.WriteForOutput(new(buffer), Raw("""{"type":"array","items":{"type":"string"}}"""), SchemaTarget.GeminiJsonSchema);
        Assert.Equal("""{"type":"array","items":{"type":"string"}}""", Encoding.UTF8.GetString(buffer.WrittenSpan));
    }

    [Theory]
    [InlineData("""{"type":"object","properties":{"a":{"type":"string"}},"required":["a"],"additionalProperties":false}""", true)]
    [InlineData("""{"type":"object","properties":{"a":{"type":"string"}},"required":[],"additionalProperties":false}""", false)]
    [InlineData("""{"type":"object","properties":{"a":{"type":"string"}},"required":["a"]}""", false)]
    [InlineData("""{"type":"object","properties":{"a":{"type":"string","default":"x"}},"required":["a"],"additionalProperties":false}""", false)]
    [InlineData("""{"type":"object","properties":{"a":{"type":"string","minLength":1}},"required":["a"],"additionalProperties":false}""", false)]
    [InlineData("""{"type":"object","properties":{"a":{"type":["object","null"],"properties":{},"additionalProperties":false}},"required":["a"],"additionalProperties":false}""", true)]
    [InlineData("""{"type":"object","properties":{"a":{"anyOf":[{"type":"object"}]}},"required":["a"],"additionalProperties":false}""", false)]
    [InlineData("""{"type":"string"}""", false)]
    [InlineData("", false)]
    [InlineData("nonsense", false)]
    public void Strictness_is_asked_for_only_where_it_would_be_taken(string schema, bool qualifies) => Assert.Equal(qualifies, SchemaCleaner.QualifiesForStrict(Raw(schema)));

    [Fact]
    public void Types_in_upper_case_become_lower_case_and_nothing_else_does()
    {
        Assert.Equal(
            """{"type":"object","properties":{"type":{"type":"string","enum":["STRING"]},"x":{"type":["number","null"],"title":"OBJECT"}}}""",
            Encoding.UTF8.GetString(SchemaCleaner.WithLowerCaseTypes(Raw("""{"type":"OBJECT","properties":{"type":{"type":"STRING","enum":["STRING"]},"x":{"type":["NUMBER","NULL"],"title":"OBJECT"}}}""")).Span));
        var same = Raw(Plain);
        Assert.True(SchemaCleaner.WithLowerCaseTypes(same).Bytes.Equals(same.Bytes));
    }

    private static RawJson Raw(string text) => new(Encoding.UTF8.GetBytes(text));

    private static string Clean(string schema, SchemaTarget target)
    {
        var buffer = new ArrayBufferWriter<byte>();
        var raw = Raw(schema);
        var before = raw.Bytes.ToArray();
        SchemaCleaner.Write(new(buffer), raw, target);
        Assert.Equal(before, raw.Bytes.ToArray());
        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }
}
