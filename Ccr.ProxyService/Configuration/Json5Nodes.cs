using System.Text.Json.Nodes;
using Ccr.ProxyService.Configuration.Json5;

namespace Ccr.ProxyService.Configuration;

/// <summary>Settings whose inside is not ours to know (extra_body, options for a provider) as JSON.</summary>
internal static class Json5Nodes
{
    /// <summary>The value as JSON; texts are interpolated like all settings.</summary>
    public static JsonNode? ToNode(Json5Value value, ConfigSection section, string path)
    {
        switch (value)
        {
            case Json5Object group:
                var node = new JsonObject();
                foreach (var member in group.Members)
                {
                    node[member.Name] = ToNode(member.Value, section, $"{path}.{member.Name}");
                }

                return node;
            case Json5Array list:
                return new JsonArray([.. list.Items.Select((item, i) => ToNode(item, section, $"{path}[{i}]"))]);
            case Json5String text:
                return text.Text.Contains('$', StringComparison.Ordinal) ? section.Text(text, path) ?? "" : text.Text;
            case Json5Number { Number: var number } when double.IsInteger(number) && Math.Abs(number) < 9e15:
                return (long)number;
            case Json5Number { Number: var number } when double.IsFinite(number):
                return number;
            case Json5Boolean flag:
                return flag.IsTrue;
            case Json5Null:
                return null;
            default:
                section.Problems.Error(path, value.Line, "is no number that JSON can hold");
                return null;
        }
    }
}
