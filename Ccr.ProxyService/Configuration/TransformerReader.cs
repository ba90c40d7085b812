using Ccr.ProxyService.Configuration.Json5;

namespace Ccr.ProxyService.Configuration;

/// <summary>What a provider's transformer setting says about its protocol.</summary>
/// <param name="IsAnthropic">transformer.use names Anthropic.</param>
/// <param name="OtherProtocol">The name in transformer.use that stands for a protocol this version does not speak; null when none does.</param>
internal sealed record TransformerUse(bool IsAnthropic, string? OtherProtocol);

/// <summary>
/// Reads Providers[].transformer: <c>{ "use": ["name", ["name", {options}]], "model": { "use": […] } }</c>. A name that is not acted on
/// gets a warning, a name that no router of this family knows is an error.
/// </summary>
internal sealed class TransformerReader(ConfigSection provider, bool customTransformers)
{
    private bool _isAnthropic;
    private string? _otherProtocol;

    /// <summary>Reads the setting; <paramref name="models"/> are the provider's, to check the per-model entries.</summary>
    public TransformerUse Read(IReadOnlyList<string> models)
    {
        var path = provider.PathOf("transformer");
        foreach (var member in provider.Object("transformer")?.Members ?? [])
        {
            if (member.Name == "use")
            {
                ReadUse(member.Value, $"{path}.use", forModel: false);
                continue;
            }

            var modelPath = $"{path}.{member.Name}";
            if (!models.Contains(member.Name, StringComparer.OrdinalIgnoreCase))
            {
                provider.Problems.Warning(modelPath, member.Line, $"is neither \"use\" nor a model of this provider{Suggestion.Clause(member.Name, models.Append("use"))}");
            }

            if (member.Value is not Json5Object entry)
            {
                provider.Problems.Error(modelPath, member.Value.Line, $"must be an object with \"use\", but is {member.Value.Kind}");
            }
            else if (entry.Find("use") is { } use)
            {
                ReadUse(use.Value, $"{modelPath}.use", forModel: true);
            }
        }

        return new TransformerUse(_isAnthropic, _otherProtocol);
    }

    private void ReadUse(Json5Value value, string path, bool forModel)
    {
        if (value is not Json5Array list)
        {
            provider.Problems.Error(path, value.Line, $"must be an array of names, but is {value.Kind}");
            return;
        }

        for (var i = 0; i < list.Items.Count; i++)
        {
            var item = list.Items[i];
            var named = item is Json5Array { Items: [var first, ..] } ? first : item;
            if (named is Json5String { Text: var name })
            {
                Note(name, $"{path}[{i}]", item.Line, forModel);
            }
            else
            {
                provider.Problems.Error($"{path}[{i}]", item.Line, "must be a name or [\"name\", { options }]");
            }
        }
    }

    private void Note(string name, string path, int line, bool forModel)
    {
        var support = KnownTransformers.Find(name);
        if (support is null)
        {
            var hint = Suggestion.Clause(name, KnownTransformers.Names);
            if (customTransformers)
            {
                // The name may come from a script in the top-level "transformers", which has its own warning.
                provider.Problems.Warning(path, line, $"the transformer {Shown.Quoted(name)} is not built in, and custom transformers are not in effect in this version{hint}");
            }
            else
            {
                var known = (hint.Length > 0 ? " Known names: " : "; known names: ") + string.Join(", ", KnownTransformers.Names);
                provider.Problems.Error(path, line, $"unknown transformer {Shown.Quoted(name)}{hint}{known}");
            }
        }
        else if (support == TransformerSupport.OtherProtocol)
        {
            provider.Problems.Warning(path, line, forModel
                ? $"the transformer {Shown.Quoted(name)} needs a protocol that this version does not speak; it changes nothing"
                : $"the transformer {Shown.Quoted(name)} needs a protocol that this version does not speak; the provider is disabled");
            _otherProtocol ??= forModel ? null : name;
        }
        else if (support == TransformerSupport.NotInEffect)
        {
            provider.Problems.Warning(path, line, $"the transformer {Shown.Quoted(name)} is known but not in effect in this version; requests go out without it");
        }
        else if (!forModel && name.Equals(KnownTransformers.Anthropic, StringComparison.OrdinalIgnoreCase))
        {
            _isAnthropic = true;
        }
    }
}
