using Ccr.ProxyService.Configuration.Json5;

namespace Ccr.ProxyService.Configuration;

/// <summary>
/// Reads api_key and api_keys of one provider. A key in a list whose environment variable is not set is left out with a warning; only when none is left is the provider disabled.
/// </summary>
/// <param name="section">The provider.</param>
/// <param name="unset">Variables for whose sake the provider is disabled.</param>
internal sealed class ProviderKeysReader(ConfigSection section, List<string> unset)
{
    private readonly List<ProviderKey> _keys = [];
    private readonly List<string> _missing = [];

    /// <summary>Whether a value can stand in a header.</summary>
    public static bool IsHeaderValue(string value) => !value.AsSpan().ContainsAnyExceptInRange(' ', '~');

    /// <summary>The keys, at least one: a provider without any has one key that sends none.</summary>
    public IReadOnlyList<ProviderKey> Read()
    {
        var single = section.Find("api_key");
        if (single?.Value is Json5Array list)
        {
            ReadList(list, section.PathOf("api_key"));
        }
        else if (single?.Value is not null and not Json5String { Text: "" } && Secret(section, single.Value, section.PathOf("api_key"), section.Find("api_keys") is null) is { } key)
        {
            Add(single.Value, section.PathOf("api_key"), new("key-1", key));
        }

        if (section.Array("api_keys") is { } keys)
        {
            ReadList(keys, section.PathOf("api_keys"));
        }

        if (_keys.Count == 0)
        {
            unset.AddRange(_missing);
        }

        return _keys.Count == 0 ? [new ProviderKey("key-1", null)] : _keys;
    }

    private void ReadList(Json5Array list, string path)
    {
        for (var i = 0; i < list.Items.Count; i++)
        {
            var item = list.Items[i];
            var place = $"{path}[{i}]";
            var name = $"key-{_keys.Count + 1}";
            if (item is not Json5Object node)
            {
                if (Secret(section, item, place) is { } secret)
                {
                    Add(item, place, new(name, secret));
                }

                continue;
            }

            var entry = section.Below(node, place, KnownSettings.Key);
            entry.ReportNames();
            if (entry.Find("key") is not { } member)
            {
                section.Problems.Error(entry.PathOf("key"), node.Line, "missing: give the key, or remove the entry");
            }
            else if (Secret(entry, member.Value, entry.PathOf("key")) is { } secret)
            {
                Add(member.Value, entry.PathOf("key"), new(entry.Text("name") ?? name, secret)
                {
                    Weight = (int)(entry.Integer("weight", 1, 1_000_000) ?? 1),
                    RequestsPerMinute = ProviderLimitsReader.Count(entry, "requests_per_minute"),
                    TokensPerMinute = ProviderLimitsReader.Count(entry, "tokens_per_minute"),
                });
            }
        }
    }

    private string? Secret(ConfigSection owner, Json5Value value, string path, bool isOnly = false)
    {
        var missing = new List<string>();
        var secret = owner.Text(value, path, missing, isOnly ? "until then the provider is disabled" : "until then this key is left out");
        _missing.AddRange(missing);
        if (value is Json5String && secret is null && missing.Count == 0)
        {
            owner.Problems.Error(path, value.Line, "empty: give the key, or remove the entry");
        }

        return missing.Count > 0 ? null : secret;
    }

    private void Add(Json5Value value, string path, ProviderKey key)
    {
        if (!IsHeaderValue(key.Secret!))
        {
            section.Problems.Error(path, value.Line, "holds a character that no header can carry; check it for line breaks and typographic characters");
        }
        else if (_keys.Exists(k => k.Secret == key.Secret))
        {
            section.Problems.Warning(path, value.Line, "is the same key as one before it; it is used once");
        }
        else if (_keys.Exists(k => k.Name == key.Name))
        {
            section.Problems.Error(path, value.Line, $"the name {Shown.Quoted(key.Name)} is that of a key before it; names must differ");
        }
        else
        {
            _keys.Add(key);
        }
    }
}
