using System.Text.RegularExpressions;
using Ccr.ProxyService.Configuration;

namespace Ccr.Tests.Configuration;

/// <summary>Keeps the table of settings, the reader and docs/configuration.md saying the same.</summary>
public sealed partial class KnownSettingsTests
{
    private static readonly string Document = File.ReadAllText(Path.Combine(Parts.Part.Repository, "docs", "configuration.md"));

    public static TheoryData<string, string, string> InEffect()
    {
        var data = new TheoryData<string, string, string>();
        Add(KnownSettings.Top, "", "{{ {0}: -5.5 }}");
        Add(KnownSettings.Provider, "Providers[0].", "{{ Providers: [{{ {0}: -5.5 }}] }}");
        Add(KnownSettings.Pricing, "Providers[0].pricing.", "{{ Providers: [{{ pricing: {{ {0}: -5.5 }} }}] }}");
        Add(KnownSettings.Key, "Providers[0].api_keys[0].", "{{ Providers: [{{ api_keys: [{{ key: 'k', {0}: -5.5 }}] }}] }}");
        Add(KnownSettings.Limits, "Providers[0].limits.", "{{ Providers: [{{ limits: {{ {0}: -5.5 }} }}] }}");
        Add(KnownSettings.Breaker, "Breaker.", "{{ Breaker: {{ {0}: -5.5 }} }}");
        Add(KnownSettings.Cooldown, "Cooldown.", "{{ Cooldown: {{ {0}: -5.5 }} }}");
        Add(KnownSettings.HealthProbes, "HealthProbes.", "{{ HealthProbes: {{ {0}: -5.5 }} }}");
        Add(KnownSettings.Tokenizer, "Providers[0].tokenizer.", "{{ Providers: [{{ tokenizer: {{ {0}: -5.5 }} }}] }}");
        Add(KnownSettings.TokenizerChoice, "Providers[0].tokenizer.default.", "{{ Providers: [{{ tokenizer: {{ default: {{ type: 'api', url: 'https://e.com', {0}: -5.5 }} }} }}] }}");
        Add(KnownSettings.Router, "Router.", "{{ Router: {{ {0}: -5.5 }} }}");
        Add(KnownSettings.WebSearch, "Router.webSearch.", "{{ Router: {{ webSearch: {{ {0}: -5.5 }} }} }}");
        Add(KnownSettings.Affinity, "Affinity.", "{{ Affinity: {{ {0}: -5.5 }} }}");
        Add(KnownSettings.Mode, "Mode.", "{{ Mode: {{ {0}: -5.5 }} }}");
        Add(KnownSettings.Fallback, "fallback.", "{{ fallback: {{ {0}: -5.5 }} }}");
        Add(KnownSettings.CustomRouter, "customRouter.", "{{ customRouter: {{ {0}: -5.5 }} }}");
        Add(KnownSettings.Rule, "Router.rules[0].", "{{ Router: {{ rules: [{{ {0}: -5.5 }}] }} }}");
        Add(KnownSettings.RuleWhen, "Router.rules[0].when.", "{{ Router: {{ rules: [{{ when: {{ {0}: -5.5 }} }}] }} }}");
        Add(KnownSettings.RuleTokens, "Router.rules[0].when.tokens.", "{{ Router: {{ rules: [{{ when: {{ tokens: {{ {0}: -5.5 }} }} }}] }} }}");
        Add(KnownSettings.Preset, "Presets.a.", "{{ Presets: {{ a: {{ {0}: -5.5 }} }} }}");
        Add(KnownSettings.Timeouts, "Timeouts.", "{{ Timeouts: {{ {0}: -5.5 }} }}");
        Add(KnownSettings.Streams, "Streams.", "{{ Streams: {{ {0}: -5.5 }} }}");
        Add(KnownSettings.Hedge, "Hedge.", "{{ Hedge: {{ {0}: -5.5 }} }}");
        Add(KnownSettings.Rescue, "Rescue.", "{{ Rescue: {{ {0}: -5.5 }} }}");
        Add(KnownSettings.Attach, "Attach.", "{{ Attach: {{ {0}: -5.5 }} }}");
        Add(KnownSettings.Usage, "Usage.", "{{ Usage: {{ {0}: -5.5 }} }}");
        Add(KnownSettings.Keys, "Keys.", "{{ Keys: {{ {0}: -5.5 }} }}");
        Add(KnownSettings.Budget, "Budget.", "{{ Budget: {{ {0}: -5.5 }} }}");
        Add(KnownSettings.TierRetry, "Router.tierRetries.*.", "{{ Router: {{ tierRetries: {{ \"*\": {{ {0}: -5.5 }} }} }} }}");
        return data;

        void Add(KnownSetting[] settings, string path, string file)
        {
            foreach (var name in settings.Where(s => s.InEffect).SelectMany(s => s.Aliases.Prepend(s.Name)))
            {
                data.Add(path + name, string.Format(System.Globalization.CultureInfo.InvariantCulture, file, name), name);
            }
        }
    }

    [Theory]
    [MemberData(nameof(InEffect))]
    public void A_setting_that_is_listed_as_in_effect_is_read(string path, string text, string name)
    {
        // No setting takes this number, so one that is read complains.
        Assert.Contains(TestEnvironment.Read(text).Problems, p => p.IsError && p.Path == path);
        Assert.Contains($"`{name}`", Document, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("## Top level")]
    [InlineData("## Providers")]
    [InlineData("### model_settings")]
    [InlineData("### pricing")]
    [InlineData("### tokenizer")]
    [InlineData("#### A tokenizer")]
    [InlineData("## Router")]
    [InlineData("### Router.webSearch as an object")]
    [InlineData("## Affinity")]
    [InlineData("## Mode")]
    [InlineData("## fallback")]
    [InlineData("### Timeouts")]
    [InlineData("### Streams")]
    [InlineData("### Hedge")]
    [InlineData("### Rescue")]
    [InlineData("### Attach")]
    [InlineData("### Usage")]
    [InlineData("### Keys")]
    [InlineData("### Budget")]
    [InlineData("### Router.tierRetries")]
    [InlineData("## customRouter")]
    [InlineData("## Presets")]
    [InlineData("### Router.rules")]
    [InlineData("### Router.rules: when")]
    [InlineData("### Router.rules: tokens")]
    [InlineData("### api_keys as objects")]
    [InlineData("### limits")]
    [InlineData("## Breaker")]
    [InlineData("## Cooldown")]
    [InlineData("## HealthProbes")]
    public void The_document_lists_exactly_the_settings_in_effect_with_type_and_default(string heading)
    {
        var settings = heading switch
        {
            "## Top level" => KnownSettings.Top,
            "## Providers" => KnownSettings.Provider,
            "## Router" => KnownSettings.Router,
            "### model_settings" => KnownSettings.Model,
            "### pricing" => KnownSettings.Pricing,
            "## Affinity" => KnownSettings.Affinity,
            "## Mode" => KnownSettings.Mode,
            "### tokenizer" => KnownSettings.Tokenizer,
            "#### A tokenizer" => KnownSettings.TokenizerChoice,
            "## fallback" => KnownSettings.Fallback,
            "### Timeouts" => KnownSettings.Timeouts,
            "### Streams" => KnownSettings.Streams,
            "### Hedge" => KnownSettings.Hedge,
            "### Rescue" => KnownSettings.Rescue,
            "### Attach" => KnownSettings.Attach,
            "### Usage" => KnownSettings.Usage,
            "### Keys" => KnownSettings.Keys,
            "### Budget" => KnownSettings.Budget,
            "### Router.tierRetries" => KnownSettings.TierRetry,
            "## customRouter" => KnownSettings.CustomRouter,
            "## Presets" => KnownSettings.Preset,
            "### Router.rules" => KnownSettings.Rule,
            "### Router.rules: when" => KnownSettings.RuleWhen,
            "### Router.rules: tokens" => KnownSettings.RuleTokens,
            "### api_keys as objects" => KnownSettings.Key,
            "### limits" => KnownSettings.Limits,
            "## Breaker" => KnownSettings.Breaker,
            "## Cooldown" => KnownSettings.Cooldown,
            "## HealthProbes" => KnownSettings.HealthProbes,
            _ => KnownSettings.WebSearch,
        };
        var table = Section(heading).Split('\n').SkipWhile(l => !l.StartsWith("| Setting", StringComparison.Ordinal)).Skip(2).TakeWhile(l => l.StartsWith('|'));
        var documented = table.Select(l => l.Split('|', StringSplitOptions.TrimEntries)).Select(c => (c[1].Trim('`'), c[2], c[3]));
        Assert.Equal(settings.Where(s => s.InEffect).Select(s => (s.Name, s.Type, s.Default)), documented);
    }

    [Fact]
    public void The_document_lists_exactly_the_settings_without_effect()
    {
        var lists = Section("## Known from other routers, not in effect").Split("\n* ").Skip(1).ToDictionary(l => l[..l.IndexOf(':')], l => Quoted().Matches(l).Select(m => m.Groups[1].Value));
        Assert.Equal(NotInEffect(KnownSettings.Top), lists["Top level"]);
        Assert.Equal(NotInEffect(KnownSettings.Provider), lists.GetValueOrDefault("Providers", []));
        Assert.Equal(NotInEffect(KnownSettings.Router), lists["Router"]);
    }

    [Fact]
    public void The_document_lists_exactly_the_transformers()
    {
        var paragraph = Section("## Providers").Split("\n\n").Single(p => p.StartsWith("**Transformers.**", StringComparison.Ordinal));
        var names = Quoted().Matches(paragraph).Select(m => m.Groups[1].Value).Distinct().Except(["transformers", "[\"name\", { options }]"]);
        Assert.Equal(KnownTransformers.Names.Order(StringComparer.OrdinalIgnoreCase), names.Order(StringComparer.OrdinalIgnoreCase), StringComparer.OrdinalIgnoreCase);
    }

    [Fact]
    public void The_defaults_of_the_table_are_those_of_the_code()
    {
        var config = TestEnvironment.ReadValid("{}");
        Assert.Equal(config.Host, Default(KnownSettings.Top, "HOST"));
        Assert.Equal(config.Port.ToString(System.Globalization.CultureInfo.InvariantCulture), Default(KnownSettings.Top, "PORT"));
        Assert.Equal(config.MaxBodyBytes.ToString(System.Globalization.CultureInfo.InvariantCulture), Default(KnownSettings.Top, "MAX_BODY_BYTES"));
        Assert.Equal(config.ApiTimeout.TotalMilliseconds.ToString(System.Globalization.CultureInfo.InvariantCulture), Default(KnownSettings.Top, "API_TIMEOUT_MS"));
        Assert.Equal(config.Router.LongContextThreshold.ToString(System.Globalization.CultureInfo.InvariantCulture), Default(KnownSettings.Router, "longContextThreshold"));

        static string Default(KnownSetting[] settings, string name) => settings.Single(s => s.Name == name).Default;
    }

    private static IEnumerable<string> NotInEffect(KnownSetting[] settings) => settings.Where(s => !s.InEffect).Select(s => s.Name);

    private static string Section(string heading)
    {
        var start = Document.IndexOf($"\n{heading}\n", StringComparison.Ordinal);
        Assert.True(start >= 0, $"{heading} is missing");
        var level = heading[..(heading.IndexOf(' ') + 1)];
        var end = Document.IndexOf($"\n{level}", start + heading.Length + 1, StringComparison.Ordinal);
        return end < 0 ? Document[start..] : Document[start..end];
    }

    [GeneratedRegex("`([^`]+)`")]
    private static partial Regex Quoted();
}
