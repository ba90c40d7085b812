using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Ccr.ProxyService.Usage;
using Ccr.Tests.Parts;
using Ccr.Tests.Usage;

namespace Ccr.Tests.Telemetry;

/// <summary>The files for Prometheus and Grafana in deploy/ ask for what there is.</summary>
public sealed partial class MonitoringFilesTests
{
    private static readonly string Rules = Path.Combine(Part.Repository, "deploy", "prometheus");

    public static TheoryData<string> Files => ["grafana/ccr-dashboard.json", "prometheus/ccr-alerts.yml"];

    [Theory]
    [MemberData(nameof(Files))]
    public void Every_metric_and_label_asked_for_exists(string file)
    {
        var text = File.ReadAllText(Path.Combine(Part.Repository, "deploy", file));
        if (file.EndsWith(".json", StringComparison.Ordinal))
        {
            text = string.Join('\n', Expressions(text));
        }

        var asked = MetricName().Matches(text);
        Assert.True(asked.Count > 15, "the pattern finds no metrics");
        foreach (Match match in asked)
        {
            var (name, matchers) = (match.Groups[1].Value, match.Groups[2].Value);
            var isBucket = name.EndsWith("_bucket", StringComparison.Ordinal);
            var metric = Metrics.All.SingleOrDefault(m => m.Name == (isBucket ? name[..^"_bucket".Length] : name));
            Assert.True(metric is not null, $"there is no metric {name}");
            Assert.Equal(isBucket, metric.Type == "histogram");
            Assert.All(LabelName().Matches(matchers).Select(m => m.Groups[1].Value), label => Assert.Contains(label, metric.Labels.Append("job").Append("instance")));
        }

        string[] labels = [.. Metrics.All.SelectMany(m => m.Labels), "le", "instance"];
        Assert.All(Grouping().Matches(text).SelectMany(m => m.Groups[1].Value.Split(',', StringSplitOptions.TrimEntries)), label => Assert.Contains(label, labels));
    }

    [Fact]
    public void The_dashboard_can_be_imported_anywhere()
    {
        var dashboard = JsonDocument.Parse(File.ReadAllText(Path.Combine(Part.Repository, "deploy", "grafana", "ccr-dashboard.json"))).RootElement;
        var panels = dashboard.GetProperty("panels").EnumerateArray().ToList();
        Assert.Equal(panels.Count, panels.Select(p => p.GetProperty("id").GetInt32()).Distinct().Count());
        foreach (var panel in panels.Where(p => p.GetProperty("type").GetString() != "row"))
        {
            Assert.Equal("${datasource}", panel.GetProperty("datasource").GetProperty("uid").GetString());
            Assert.NotEqual(0, panel.GetProperty("targets").GetArrayLength());
            var place = panel.GetProperty("gridPos");
            Assert.InRange(place.GetProperty("x").GetInt32() + place.GetProperty("w").GetInt32(), 1, 24);
        }

        var variables = dashboard.GetProperty("templating").GetProperty("list").EnumerateArray().Select(v => $"{v.GetProperty("name")} {v.GetProperty("type")}");
        Assert.Equal(["datasource datasource", "tier query"], variables);
    }

    [NeedsFact("promtool")]
    public async Task Prometheus_understands_every_expression_of_the_dashboard()
    {
        var text = new StringBuilder("groups:\n- name: dashboard\n  rules:\n");
        var number = 0;
        foreach (var expression in Expressions(await File.ReadAllTextAsync(Path.Combine(Part.Repository, "deploy", "grafana", "ccr-dashboard.json"))))
        {
            var plain = expression.Replace("$__rate_interval", "5m", StringComparison.Ordinal).Replace("$tier", ".*", StringComparison.Ordinal);
            Assert.DoesNotContain("$", plain, StringComparison.Ordinal);
            text.Append(System.Globalization.CultureInfo.InvariantCulture, $"  - record: panel:{++number}\n    expr: {JsonSerializer.Serialize(plain)}\n");
        }

        var file = Path.GetTempFileName();
        try
        {
            await File.WriteAllTextAsync(file, text.ToString());
            var (code, said) = await Promtool.RunAsync(["check", "rules", file], "");
            Assert.True(code == 0 && said.Contains($"{number} rules found", StringComparison.Ordinal), said);
        }
        finally
        {
            File.Delete(file);
        }
    }

    [NeedsFact("promtool")]
    public async Task Prometheus_takes_the_alert_rules_and_they_fire_when_they_should()
    {
        var (code, said) = await Promtool.RunAsync(["check", "rules", Path.Combine(Rules, "ccr-alerts.yml")], "");
        Assert.True(code == 0, said);
        (code, said) = await Promtool.RunAsync(["test", "rules", Path.Combine(Rules, "ccr-alerts.test.yml")], "");
        Assert.True(code == 0, said);
        (code, said) = await Promtool.RunAsync(["check", "config", "--syntax-only", Path.Combine(Rules, "prometheus.yml")], "");
        Assert.True(code == 0, said);
    }

    private static List<string> Expressions(string dashboard) =>
    [
        .. from panel in JsonDocument.Parse(dashboard).RootElement.GetProperty("panels").EnumerateArray()
           where panel.TryGetProperty("targets", out _)
           from target in panel.GetProperty("targets").EnumerateArray()
           select target.GetProperty("expr").GetString(),
    ];

    [GeneratedRegex(@"\b((?:ccr|process)_[a-z0-9_]+|gen_ai_(?:client|server)_[a-z0-9_]+)(\{[^}]*\})?")]
    private static partial Regex MetricName();

    [GeneratedRegex(@"[{,]\s*(\w+)\s*(?:=~|!~|!=|=)")]
    private static partial Regex LabelName();

    [GeneratedRegex(@"\bby \(([^)]*)\)")]
    private static partial Regex Grouping();
}
