using System.Text;
using System.Text.Json;
using Ccr.Protocols.Json;
using Ccr.Protocols.Schemas;

namespace Ccr.Tests.Protocols.Fuzz;

/// <summary>Random schemas, with references in circles and nonsense in places, for every target: always JSON, an object where one is wanted, and clean after one cleaning.</summary>
internal sealed class SchemaTargetFuzz() : FuzzTarget("schema")
{
    private static readonly string[] Refs = ["#", "#/", "#/$defs/A", "#/$defs/B", "#/definitions/A", "#/$defs/missing", "#A", "http://x/y", "", "#/%24defs/A", "#/a~1b"];
    private static readonly string[] Types = ["\"object\"", "\"array\"", "\"string\"", "\"integer\"", "\"number\"", "\"boolean\"", "\"null\"", "[\"string\",\"null\"]", "[\"object\",\"array\"]", "[\"null\"]", "[]", "\"STRING\"", "\"any\"", "3"];

    public override byte[] Generate(Random random)
    {
        var json = new StringBuilder();
        Schema(json, random, 0, isRoot: true);
        var bytes = Encoding.UTF8.GetBytes(json.ToString());
        for (var i = random.Next(3); i > 0; i--)
        {
            bytes = JsonMutator.Mutate(bytes, random);
        }

        return bytes;
    }

    public override void Check(byte[] input, int seed)
    {
        try
        {
            // What is no JSON never gets here: it comes out of a reader.
            using var original = JsonDocument.Parse(input, new() { MaxDepth = 200 });
        }
        catch (JsonException)
        {
            return;
        }

        var schema = new RawJson(input);
        SchemaCleaner.QualifiesForStrict(schema);
        SchemaCleaner.DeclaresProperties(schema);
        Valid(SchemaCleaner.WithLowerCaseTypes(schema).Bytes, "in lower case");
        var target = (SchemaTarget)(seed % 4);
        var output = seed % 3 == 0;
        var once = Clean(schema, target, output);
        var twice = Clean(new(once), target, output);
        if (!once.AsSpan().SequenceEqual(twice))
        {
            throw new FuzzFault($"not clean after one cleaning for {target}{(output ? " (output)" : "")}:\n   {Encoding.UTF8.GetString(once)}\n   {Encoding.UTF8.GetString(twice)}");
        }
    }

    private static byte[] Clean(RawJson schema, SchemaTarget target, bool output)
    {
        var written = new BoundedWriter((schema.Bytes.Length * 200) + 1_000_000);
        if (output)
        {
            SchemaCleaner.WriteForOutput(new(written), schema, target);
        }
        else
        {
            SchemaCleaner.Write(new(written), schema, target);
        }

        var kind = Valid(written.WrittenMemory, $"for {target}");
        Hold(output || kind == JsonValueKind.Object, $"no object for {target}");
        return written.WrittenSpan.ToArray();
    }

    private static JsonValueKind Valid(ReadOnlyMemory<byte> json, string what)
    {
        try
        {
            using var document = JsonDocument.Parse(json, new() { MaxDepth = 200 });
            return document.RootElement.ValueKind;
        }
        catch (JsonException e)
        {
            throw new FuzzFault($"no JSON {what}: {e.Message}");
        }
    }

    private static void Schema(StringBuilder json, Random random, int depth, bool isRoot = false)
    {
        if (depth > 4 || (!isRoot && random.Next(12) == 0))
        {
            json.Append(random.Next(3) switch { 0 => "true", 1 => "{}", _ => "{\"type\":\"string\"}" });
            return;
        }

        json.Append('{');
        var used = new HashSet<string>();
        for (var i = random.Next(1, 5) + (isRoot ? 2 : 0); i > 0; i--)
        {
            var (name, value) = Member(random, depth);
            if (used.Add(name))
            {
                json.Append(used.Count > 1 ? "," : "").Append('"').Append(name).Append("\":").Append(value);
            }
        }

        json.Append('}');
    }

    private static (string Name, string Value) Member(Random random, int depth)
    {
        var inner = new StringBuilder();
        switch (random.Next(24))
        {
            case 0 or 1 or 2:
                return ("type", Types[random.Next(random.Next(3) == 0 ? Types.Length : 8)]);
            case 3 or 4 or 5:
                return ("properties", Map(random, depth, "ab"));
            case 6:
                return (random.Next(2) == 0 ? "$defs" : "definitions", Map(random, depth, "AB"));
            case 7 or 8:
                return ("$ref", $"\"{Refs[random.Next(Refs.Length)]}\"");
            case 9 or 10:
                string[] lists = ["anyOf", "oneOf", "allOf", "prefixItems"];
                inner.Append('[');
                for (var i = random.Next(4); i > 0; i--)
                {
                    Schema(inner, random, depth + 1);
                    inner.Append(i > 1 ? "," : "");
                }

                return (lists[random.Next(lists.Length)], inner.Append(']').ToString());
            case 11 or 12 or 13:
                string[] schemas = ["items", "additionalProperties", "not", "if", "then", "else", "contains", "propertyNames", "unevaluatedProperties"];
                Schema(inner, random, depth + 1);
                return (schemas[random.Next(schemas.Length)], inner.ToString());
            case 14:
                return ("enum", random.Next(3) switch { 0 => "[1,\"a\",null]", 1 => "[]", _ => "[\"x\",\"y\"]" });
            case 15:
                return ("const", random.Next(2) == 0 ? "\"c\"" : "{\"a\":1}");
            case 16:
                return ("format", random.Next(2) == 0 ? "\"date-time\"" : "\"uri\"");
            case 17:
                return ("pattern", random.Next(2) == 0 ? "\"^(?=a).*$\"" : "\"^a$\"");
            case 18:
                return ("required", random.Next(3) switch { 0 => "[\"a\",\"zz\"]", 1 => "[1]", _ => "[\"a\"]" });
            case 19:
                return ("$schema", "\"http://json-schema.org/draft-07/schema#\"");
            case 20:
                return ("description", "\"d\\n\\\"é\"");
            case 21:
                return ("default", "{\"a\":[]}");
            case 22:
                return ("exclusiveMinimum", random.Next(2) == 0 ? "1" : "true");
            default:
                string[] others = ["title", "minimum", "nullable", "$id", "$comment", "examples", "minItems", "deprecated", "dependentSchemas", "patternProperties"];
                return (others[random.Next(others.Length)], random.Next(3) switch { 0 => "1", 1 => "\"t\"", _ => "{\"a\":{\"type\":\"string\"}}" });
        }
    }

    private static string Map(Random random, int depth, string names)
    {
        var json = new StringBuilder("{");
        foreach (var name in names)
        {
            if (random.Next(4) > 0)
            {
                json.Append(json.Length > 1 ? ",\"" : "\"").Append(name).Append("\":");
                Schema(json, random, depth + 1);
            }
        }

        return json.Append('}').ToString();
    }
}
