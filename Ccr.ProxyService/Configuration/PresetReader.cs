using System.Text.Json.Nodes;
using Ccr.ProxyService.Configuration.Json5;

namespace Ccr.ProxyService.Configuration;

/// <summary>Reads Presets of the Rust router, at the top or under Router: { name: { route, max_tokens, temperature, … } }.</summary>
internal sealed class PresetReader(ConfigSection top, RouteReader routes)
{
    /// <summary>The presets of the file by name; where a name stands in both places, the top one counts.</summary>
    public IReadOnlyDictionary<string, PresetConfig> Read()
    {
        var presets = new Dictionary<string, PresetConfig>(StringComparer.OrdinalIgnoreCase);
        Read(presets, top, "Presets");
        if (top.Find("Router")?.Value is Json5Object router)
        {
            Read(presets, top.Below(router, "Router", KnownSettings.Router), "presets");
        }

        return presets;
    }

    /// <summary>Whether a text can be a preset's name: it is part of an address and of a path.</summary>
    public static bool IsName(string name) =>
        name.Length is > 0 and <= 64 && name[0] != '.' && name.All(static c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.');

    private void Read(Dictionary<string, PresetConfig> presets, ConfigSection section, string name)
    {
        if (section.Object(name) is not { } node)
        {
            return;
        }

        foreach (var member in node.Members)
        {
            var path = $"{section.PathOf(section.Find(name)!.Name)}.{member.Name}";
            if (!IsName(member.Name))
            {
                section.Problems.Error(path, member.Line, "a preset's name is part of an address: letters, digits, '-', '_' and '.' only, 64 at most, no '.' first");
            }
            else if (member.Value is not Json5Object preset)
            {
                section.Problems.Error(path, member.Value.Line, $"must be an object {{ route: \"provider,model\", … }}, but is {member.Value.Kind}");
            }
            else if (ReadOne(section.Below(preset, path, KnownSettings.Preset), preset, member.Name, path) is { } read)
            {
                presets.TryAdd(member.Name, read);
            }
        }
    }

    private PresetConfig? ReadOne(ConfigSection section, Json5Object node, string name, string path)
    {
        if (section.Find("route") is null)
        {
            section.Problems.Error($"{path}.route", section.Line, "missing: give the preset's route, \"provider,model\"");
        }

        var route = routes.Read(section, "route");
        var parameters = ParameterReader.Read(section, node, path, static n => n == "route");
        JsonNode? Shown(string parameter) => parameters.FirstOrDefault(p => p.Name == parameter) is { } found ? JsonNode.Parse(found.Json) : null;
        return route is null ? null : new(name, route) { Parameters = parameters, MaxTokens = Shown("max_tokens"), Temperature = Shown("temperature") };
    }
}
