using System.Text.Json.Nodes;
using Ccr.ProxyService.Configuration.Json5;

namespace Ccr.ProxyService.Configuration;

/// <summary>Reads CUSTOM_ROUTER_PATH and customRouter.</summary>
internal static class CustomRouterReader
{
    private const string Masked = "***";

    private static readonly string[] SecretWords = ["key", "secret", "token", "password", "authorization", "credential", "cookie"];

    /// <summary>The custom router of the file; null when there is none.</summary>
    public static CustomRouterConfig? Read(ConfigSection top, Json5Object file, string source, Func<string, string?> environment)
    {
        var section = top.Below(top.Object("customRouter") ?? new Json5Object(1, []), "customRouter", KnownSettings.CustomRouter);
        section.ReportNames();
        var timeout = section.Integer("timeoutMs", 10, 60_000) ?? 1000;
        var node = section.Text("node") ?? "node";
        var most = section.Integer("maxBodyBytes", 0, 64 << 20) ?? 1 << 20;
        if (top.Find("CUSTOM_ROUTER_PATH") is not { } member || top.Text("CUSTOM_ROUTER_PATH") is not { } path)
        {
            return null;
        }

        try
        {
            path = path.StartsWith("~/", StringComparison.Ordinal) ? Path.Combine(CcrHome.User(environment), path[2..]) : path;
            path = Path.GetFullPath(path, Path.GetDirectoryName(Path.GetFullPath(source))!);
        }
        catch (ArgumentException)
        {
            top.Problems.Error("CUSTOM_ROUTER_PATH", member.Value.Line, "is no path of a file");
            return null;
        }

        if (!File.Exists(path))
        {
            top.Problems.Warning("CUSTOM_ROUTER_PATH", member.Value.Line, $"there is no file {Shown.Plain(path, 200)}; until there is, requests are routed without the custom router");
        }

        return new(path)
        {
            Timeout = TimeSpan.FromMilliseconds(timeout),
            Node = node,
            MaxBodyBytes = (int)most,
            ConfigJson = ((JsonObject)Mask(file, secret: false)!).ToJsonString(),
        };
    }

    /// <summary>The file as it is written (variables stay $NAME), without the texts of members that by their name may be secrets.</summary>
    private static JsonNode? Mask(Json5Value value, bool secret)
    {
        switch (value)
        {
            case Json5Object group:
                var node = new JsonObject();
                foreach (var member in group.Members)
                {
                    var isSecret = member.Value is not Json5Object && (IsSecret(member.Name) || member.Name == "PROXY_URL");
                    node[member.Name] = Mask(member.Value, isSecret || (secret && member.Value is not Json5Object) || member.Name == "extra_headers");
                }

                return node;
            case Json5Array list:
                return new JsonArray([.. list.Items.Select(item => Mask(item, secret))]);
            case Json5String text:
                return secret && text.Text.Length > 0 ? Masked : text.Text;
            case Json5Number { Number: var number } when double.IsFinite(number):
                return double.IsInteger(number) && Math.Abs(number) < 9e15 ? (JsonNode)(long)number : number;
            case Json5Boolean flag:
                return flag.IsTrue;
            default:
                return null;
        }
    }

    private static bool IsSecret(string name) => SecretWords.Any(word => name.Contains(word, StringComparison.OrdinalIgnoreCase));
}
