using System.Text.Json.Nodes;
using Ccr.Protocols.Canonical;
using Ccr.Protocols.Transformers;
using Ccr.ProxyService.Configuration.Json5;

namespace Ccr.ProxyService.Configuration;

/// <summary>
/// Reads Providers[].transformer: <c>{ "use": ["name", ["name", {options}]], "model": { "use": […] } }</c>. A name that no router of this
/// family knows is an error, and so is an option that its transformer does not have.
/// </summary>
internal sealed class TransformerReader(ConfigSection provider, bool customTransformers)
{
    private Dialect? _protocol;
    private VertexPlace? _vertex;

    /// <summary>Reads the setting; <paramref name="models"/> are the provider's, to check the per-model entries.</summary>
    public TransformerUse Read(IReadOnlyList<string> models)
    {
        var path = provider.PathOf("transformer");
        IReadOnlyList<Transformer> all = [];
        var byModel = new Dictionary<string, IReadOnlyList<Transformer>>(StringComparer.OrdinalIgnoreCase);
        foreach (var member in provider.Object("transformer")?.Members ?? [])
        {
            if (member.Name == "use")
            {
                all = ReadUse(member.Value, $"{path}.use", forModel: false);
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
                byModel[member.Name] = ReadUse(use.Value, $"{modelPath}.use", forModel: true);
            }
        }

        return new(_protocol, all, byModel, _vertex);
    }

    private List<Transformer> ReadUse(Json5Value value, string path, bool forModel)
    {
        var transformers = new List<Transformer>();
        if (value is not Json5Array list)
        {
            provider.Problems.Error(path, value.Line, $"must be an array of names, but is {value.Kind}");
            return transformers;
        }

        for (var i = 0; i < list.Items.Count; i++)
        {
            var item = list.Items[i];
            var place = $"{path}[{i}]";

            // Some files nest the pair once more than they need to.
            var pair = item is Json5Array { Items: [Json5Array inner] } ? inner : item as Json5Array;
            var named = pair is { Items.Count: > 0 } ? pair.Items[0] : item;
            var options = pair is { Items.Count: > 1 } ? pair.Items[1] : null;
            if (named is not Json5String { Text: var name } || options is not (null or Json5Object or Json5Null))
            {
                provider.Problems.Error(place, item.Line, "must be a name or [\"name\", { options }]");
            }
            else if (TransformerCatalog.Find(name) is { } entry)
            {
                if (ReadOptions(entry, options as Json5Object, place, item.Line) is { } read && Create(entry, read, place, item.Line, forModel) is { } transformer)
                {
                    transformers.Add(transformer);
                }
            }
            else
            {
                NoteUnknown(name, place, item.Line);
            }
        }

        return transformers;
    }

    private Transformer? Create(TransformerEntry entry, JsonObject options, string path, int line, bool forModel)
    {
        if (entry.Protocol is { } protocol)
        {
            if (forModel)
            {
                provider.Problems.Warning(path, line, $"the transformer {Shown.Quoted(entry.Name)} chooses a protocol, which a provider has for all its models; for this model make a provider of its own");
                return null;
            }

            _protocol ??= protocol;
            if (entry.Name.StartsWith("vertex-", StringComparison.Ordinal) && entry.Options.Count > 0)
            {
                _vertex = new(options["project"]?.GetValue<string>(), options["location"]?.GetValue<string>(), protocol == Dialect.Gemini ? "google" : "anthropic");
            }
        }

        return entry.Create(options);
    }

    private JsonObject? ReadOptions(TransformerEntry entry, Json5Object? options, string path, int line)
    {
        var read = new JsonObject();
        foreach (var member in options?.Members ?? [])
        {
            var place = $"{path}.{member.Name}";
            var known = entry.Options.FirstOrDefault(o => o.Name == member.Name);
            if (known is null && !entry.TakesAnyOption)
            {
                provider.Problems.Error(place, member.Line, entry.Options.Count == 0
                    ? $"the transformer {Shown.Quoted(entry.Name)} has no options"
                    : $"the transformer {Shown.Quoted(entry.Name)} has no such option; it has {string.Join(", ", entry.Options.Select(static o => o.Name))}");
                return null;
            }

            if (known is not null && Fault(known, member.Value) is { } fault)
            {
                provider.Problems.Error(place, member.Value.Line, fault);
                return null;
            }

            read[member.Name] = Json5Nodes.ToNode(member.Value, provider, place);
        }

        if (entry.Options.FirstOrDefault(o => o.Default == "required" && !read.ContainsKey(o.Name)) is { } missing)
        {
            provider.Problems.Error(path, line, $"the transformer {Shown.Quoted(entry.Name)} needs the option {missing.Name}: [\"{entry.Name}\", {{ \"{missing.Name}\": … }}]");
            return null;
        }

        return read;
    }

    private static string? Fault(TransformerOption option, Json5Value value) => option.Type switch
    {
        "number" => value is Json5Number { Number: var number } && double.IsFinite(number) && number >= 0 ? null : $"must be a number of 0 or more, but is {value.Kind}",
        "true or false" => value is Json5Boolean ? null : $"must be true or false, but is {value.Kind}",
        "text" => value is Json5String ? null : $"must be a string, but is {value.Kind}",
        var words => value is Json5String { Text: var text } && words.Split('|').Contains(text) ? null : $"must be one of {words.Replace("|", ", ", StringComparison.Ordinal)}",
    };

    private void NoteUnknown(string name, string path, int line)
    {
        var hint = Suggestion.Clause(name, KnownTransformers.Names);
        if (KnownTransformers.IsScript(name))
        {
            provider.Problems.Warning(path, line, $"the transformer {Shown.Quoted(name)} is a script of another router; scripts are not run, and requests go out without it");
        }
        else if (customTransformers)
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
}
