using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Ccr.Protocols.Canonical;
using Ccr.Protocols.Json;
using Ccr.Protocols.Requests;

namespace Ccr.Protocols.Transformers;

/// <summary>toolcompress: shorter tool declarations. medium cuts long descriptions and leaves out those of properties; high leaves out all and reduces properties to their type.</summary>
internal sealed class ToolCompressTransformer(bool high) : Transformer
{
    private const int LongestDescription = 200;

    /// <inheritdoc/>
    public override bool EditsRequest => true;

    /// <inheritdoc/>
    public override void Edit(CanonicalRequest request, TargetOptions target, LossReport loss)
    {
        for (var i = 0; i < request.Tools.Count; i++)
        {
            var tool = request.Tools[i];
            if (!tool.IsClientTool)
            {
                continue;
            }

            request.Tools[i] = tool with { Description = Shorten(tool.Description), InputSchema = Shorten(tool.InputSchema), Raw = default };
        }

        loss.Changed(RequestField.Tools, request.Dialect, request.Dialect, "The configuration shortens tool declarations.");
    }

    private EscapedText Shorten(EscapedText description)
    {
        var text = description.IsEmpty ? "" : description.ToString();
        return high ? default : text.Length <= LongestDescription ? description : EscapedText.From(string.Concat(text.AsSpan(0, LongestDescription), "..."));
    }

    private RawJson Shorten(RawJson schema)
    {
        try
        {
            if (schema.IsNullOrAbsent || JsonNode.Parse(schema.Span) is not JsonObject root)
            {
                return schema;
            }

            if (root["properties"] is JsonObject properties)
            {
                foreach (var (_, value) in properties)
                {
                    if (value is JsonObject property)
                    {
                        Shorten(property);
                    }
                }
            }

            return new(Encoding.UTF8.GetBytes(root.ToJsonString()));
        }
        catch (JsonException)
        {
            return schema;
        }
    }

    private void Shorten(JsonObject property)
    {
        if (!high)
        {
            property.Remove("description");
            return;
        }

        foreach (var name in property.Select(static p => p.Key).Where(static k => k is not ("type" or "enum" or "items" or "anyOf" or "oneOf" or "$ref")).ToList())
        {
            property.Remove(name);
        }
    }
}
