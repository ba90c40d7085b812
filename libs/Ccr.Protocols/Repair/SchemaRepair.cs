using System.Buffers;
using System.Text;
using System.Text.Json.Nodes;
using Ccr.Protocols.Canonical;
using Ccr.Protocols.Json;
using Ccr.Protocols.Requests;
using Ccr.Protocols.Schemas;

namespace Ccr.Protocols.Repair;

/// <summary>Schemas of tools that a provider refuses: all in the plainest subset, because servers name the first fault only.</summary>
internal static class SchemaRepair
{
    /// <summary>The repair; null when the words are about something else.</summary>
    public static RepairPlan? Find(ErrorText text, SentRequest sent)
    {
        var named = text.HasAny("input_schema", "Invalid schema for function", "function_declarations", "function.parameters", "tool schema", "schema is invalid", "tool parameters", "Invalid tool schema", "grammar")
            || text.Code == "invalid_function_parameters" || (text.Param.StartsWith("tools", StringComparison.Ordinal) && text.Has("schema"));
        return !named ? null : new(RepairKind.ToolSchema, "The provider refuses a tool's schema; all are sent in their plainest form, without strict.")
        {
            Change = Simplify,
            BodyEdit = body => Simplify(body, sent.Target),
        };
    }

    private static bool Simplify(CanonicalRequest request)
    {
        var changed = false;
        for (var i = 0; i < request.Tools.Count; i++)
        {
            var tool = request.Tools[i];
            if (tool.Kind != ToolKind.Function)
            {
                continue;
            }

            var plain = Plain(tool.InputSchema);
            if (!plain.Span.SequenceEqual(tool.InputSchema.Span) || tool.Strict.IsPresent)
            {
                changed = true;
                request.Tools[i] = tool with { InputSchema = plain, Strict = default, Raw = default };
            }
        }

        return changed;
    }

    private static void Simplify(JsonObject body, Dialect target)
    {
        foreach (var tool in BodyFields.Items(body["tools"]))
        {
            switch (target)
            {
                case Dialect.Anthropic:
                    Simplify(tool, "input_schema");
                    break;
                case Dialect.OpenAIChat when tool["function"] is JsonObject function:
                    Simplify(function, "parameters");
                    break;
                case Dialect.OpenAIResponses:
                    Simplify(tool, "parameters");
                    foreach (var inner in BodyFields.Items(tool["tools"]))
                    {
                        Simplify(inner, "parameters");
                    }

                    break;
                case Dialect.Gemini:
                    foreach (var function in BodyFields.Items(tool["functionDeclarations"] ?? tool["function_declarations"]))
                    {
                        Simplify(function, function.ContainsKey("parametersJsonSchema") ? "parametersJsonSchema" : "parameters");
                    }

                    break;
            }
        }
    }

    private static void Simplify(JsonObject holder, string name)
    {
        holder.Remove("strict");
        if (holder[name] is JsonObject schema)
        {
            holder[name] = JsonNode.Parse(Plain(new(Encoding.UTF8.GetBytes(schema.ToJsonString()))).Span);
        }
    }

    private static RawJson Plain(RawJson schema)
    {
        var output = new ArrayBufferWriter<byte>(256);
        SchemaCleaner.Write(new RawJsonWriter(output), schema, SchemaTarget.GeminiParameters);
        return SchemaCleaner.WithLowerCaseTypes(new(output.WrittenMemory));
    }
}
