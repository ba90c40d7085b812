using System.Globalization;
using Ccr.ProxyService.Configuration.Json5;

namespace Ccr.ProxyService.Configuration;

/// <summary>One object of the file, read setting by setting; what is wrong with a setting goes to the problem list.</summary>
internal sealed class ConfigSection(
    Json5Object node, string path, KnownSetting[] known, ProblemList problems, Func<string, string?> environment)
{
    /// <summary>Where unset variables are collected; null (the default) makes each of them an error.</summary>
    public List<string>? Unset { get; init; }

    /// <summary>Line of the object.</summary>
    public int Line => node.Line;

    /// <summary>The problems of the file.</summary>
    public ProblemList Problems => problems;

    /// <summary>The full name of a setting of this section.</summary>
    public string PathOf(string name) => path.Length == 0 ? name : $"{path}.{name}";

    /// <summary>The setting under its name or an alias, the last one if there are several; null when absent or null.</summary>
    public Json5Member? Find(string name)
    {
        var setting = known.Single(k => k.Name == name);
        var member = node.Members.LastOrDefault(m => m.Name == name || setting.Aliases.Contains(m.Name));
        return member?.Value is Json5Null ? null : member;
    }

    /// <summary>A text, interpolated and trimmed; null when absent, empty or not a text.</summary>
    public string? Text(string name)
    {
        var member = Find(name);
        return member is null ? null : Text(member.Value, PathOf(member.Name));
    }

    /// <summary>A text that stands somewhere in this section, interpolated and trimmed; null when empty or not a text.</summary>
    public string? Text(Json5Value value, string valuePath) => Text(value, valuePath, Unset, "until then the provider is disabled");

    /// <summary>The same, where unset variables are the caller's to judge.</summary>
    /// <param name="value">The value.</param>
    /// <param name="valuePath">Its full name.</param>
    /// <param name="missing">Where unset variables are collected; null makes each of them an error.</param>
    /// <param name="consequence">What the warning says of them.</param>
    public string? Text(Json5Value value, string valuePath, List<string>? missing, string consequence)
    {
        if (value is not Json5String text)
        {
            problems.Error(valuePath, value.Line, $"must be a string, but is {value.Kind}");
            return null;
        }

        var unset = new List<string>();
        var result = EnvironmentInterpolation.Apply(text.Text, environment, unset).Trim();
        foreach (var variable in unset.Distinct())
        {
            var message = $"the environment variable {Shown.Plain(variable, 80)} is not set or empty; set it before ccr starts, or write the value here";
            if (missing is null)
            {
                problems.Error(valuePath, value.Line, message);
            }
            else
            {
                missing.Add(variable);
                problems.Warning(valuePath, value.Line, $"{message}; {consequence}");
            }
        }

        return result.Length == 0 || (missing is null && unset.Count > 0) ? null : result;
    }

    /// <summary>A whole number, or a string of digits; null when absent or wrong.</summary>
    public long? Integer(string name, long least, long most)
    {
        var member = Find(name);
        if (member is null)
        {
            return null;
        }

        if (member.Value is Json5Number { Number: var number } && double.IsInteger(number) && number >= least && number <= most)
        {
            return (long)number;
        }

        if (member.Value is Json5String)
        {
            var text = Text(name);
            if (text is null)
            {
                return null;
            }

            if (long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var parsed) && parsed >= least && parsed <= most)
            {
                return parsed;
            }
        }

        var wrong = member.Value is Json5String or Json5Number ? "" : $", but is {member.Value.Kind}";
        problems.Error(PathOf(member.Name), member.Value.Line, $"must be a whole number from {least} to {most}{wrong}");
        return null;
    }

    /// <summary>true or false, also as a string; null when absent or wrong.</summary>
    public bool? Flag(string name)
    {
        var member = Find(name);
        switch (member?.Value)
        {
            case null:
                return null;
            case Json5Boolean flag:
                return flag.IsTrue;
            case Json5String when Text(name) is var text && bool.TryParse(text, out var parsed):
                return parsed;
            default:
                problems.Error(PathOf(member.Name), member.Value.Line, "must be true or false");
                return null;
        }
    }

    /// <summary>An object; null when absent or wrong.</summary>
    public Json5Object? Object(string name) => Typed<Json5Object>(name, "an object { … }");

    /// <summary>An array; null when absent or wrong.</summary>
    public Json5Array? Array(string name) => Typed<Json5Array>(name, "an array [ … ]");

    /// <summary>A section below this one.</summary>
    public ConfigSection Below(Json5Object below, string belowPath, KnownSetting[] belowKnown) =>
        new(below, belowPath, belowKnown, problems, environment) { Unset = Unset };

    /// <summary>Warns of names that are unknown, repeated, or known but without effect.</summary>
    public void ReportNames()
    {
        foreach (var member in node.Members)
        {
            var setting = known.FirstOrDefault(k => k.Name == member.Name || k.Aliases.Contains(member.Name));
            if (setting is null)
            {
                var hint = Suggestion.Clause(member.Name, known.Where(k => k.InEffect).Select(k => k.Name));
                problems.Warning(PathOf(member.Name), member.Line, $"unknown setting, ignored{hint}");
                continue;
            }

            if (!setting.InEffect)
            {
                problems.Warning(PathOf(member.Name), member.Line, "a setting of another router that is not in effect in this version; it changes nothing");
            }

            var last = node.Members.Last(m => m.Name == setting.Name || setting.Aliases.Contains(m.Name));
            if (last != member)
            {
                problems.Warning(PathOf(member.Name), member.Line, $"set again on line {last.Line}; that one counts, remove the other");
            }
        }
    }

    private T? Typed<T>(string name, string expected)
        where T : Json5Value
    {
        var member = Find(name);
        if (member is null or { Value: T })
        {
            return member?.Value as T;
        }

        problems.Error(PathOf(member.Name), member.Value.Line, $"must be {expected}, but is {member.Value.Kind}");
        return null;
    }
}
