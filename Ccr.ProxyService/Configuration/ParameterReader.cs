using Ccr.ProxyService.Configuration.Json5;

namespace Ccr.ProxyService.Configuration;

/// <summary>Reads the members of an object that go into request bodies as they are.</summary>
internal static class ParameterReader
{
    /// <summary>The parameters of the object; <paramref name="isSetting"/> tells which members are settings of the router and no parameters.</summary>
    public static IReadOnlyList<BodyParameter> Read(ConfigSection section, Json5Object node, string path, Func<string, bool>? isSetting = null)
    {
        var parameters = new List<BodyParameter>();
        foreach (var member in node.Members)
        {
            if (isSetting?.Invoke(member.Name) == true)
            {
                continue;
            }

            if (Array.IndexOf(BodyParameter.Reserved, member.Name) >= 0)
            {
                section.Problems.Error($"{path}.{member.Name}", member.Line, "cannot be set here: it belongs to the client's request; \"route\" chooses the model");
                continue;
            }

            if (Wrong(member.Name, member.Value) is { } expected)
            {
                section.Problems.Error($"{path}.{member.Name}", member.Value.Line, $"must be {expected}, but is {member.Value.Kind}");
                continue;
            }

            parameters.RemoveAll(p => p.Name == member.Name);
            parameters.Add(BodyParameter.Of(member.Name, Json5Nodes.ToNode(member.Value, section, $"{path}.{member.Name}")));
        }

        return parameters;
    }

    private static string? Wrong(string name, Json5Value value) => name switch
    {
        "max_tokens" when value is not Json5Number { Number: > 0 } => "a number above 0",
        "temperature" or "top_p" when value is not Json5Number { Number: >= 0 } => "a number, 0 or more",
        _ => null,
    };
}
