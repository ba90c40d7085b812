using Ccr.ProxyService.Routing.Order;
using Ccr.Tests.Configuration;

namespace Ccr.Tests.Routing;

public sealed class OrderSettingsTests
{
    [Theory]
    [InlineData("latency", "Latency")]
    [InlineData("Priority", "Priority")]
    [InlineData("cost", "Cost")]
    [InlineData("weighted", "Weighted")]
    [InlineData("leastbusy", "LeastBusy")]
    public void Every_order_has_a_word_in_any_case(string word, string mode) =>
        Assert.Equal(Enum.Parse<OrderMode>(mode), TestEnvironment.ReadValid($"{{ Router: {{ order: '{word}' }} }}").Router.Order);

    [Fact]
    public void Everything_has_its_documented_default()
    {
        var config = TestEnvironment.ReadValid("{ Providers: [{ name: 'p', api_base_url: 'https://e.com', models: ['m'] }], Affinity: {} }");
        Assert.Equal((OrderMode.Latency, 1), (config.Router.Order, config.Providers[0].Weight));
        Assert.Equal((true, TimeSpan.FromHours(1), TimeSpan.FromMinutes(5)), (config.Affinity.Enabled, config.Affinity.Ttl, config.Affinity.Warm));
        Assert.Equal(config.Affinity, TestEnvironment.ReadValid("{}").Affinity);
    }

    [Fact]
    public void Every_setting_is_read()
    {
        var config = TestEnvironment.ReadValid("{ Providers: [{ name: 'p', api_base_url: 'https://e.com', models: ['m'], weight: '7' }], Affinity: { enabled: false, ttlMs: 20, warmMs: 10 } }");
        Assert.Equal(7, config.Providers[0].Weight);
        Assert.Equal((false, TimeSpan.FromMilliseconds(20), TimeSpan.FromMilliseconds(10)), (config.Affinity.Enabled, config.Affinity.Ttl, config.Affinity.Warm));
    }

    [Theory]
    [InlineData("{ Router: {\n order: 'random' } }", "Router.order", 2, "must be \"latency\", \"priority\", \"cost\", \"weighted\" or \"leastBusy\"", true)]
    [InlineData("{ Affinity: {\n warmMs: 2, ttlMs: 1 } }", "Affinity.warmMs", 2, "is longer than ttlMs, after which a session is forgotten; raise ttlMs", false)]
    [InlineData("{ Affinity: {\n warmsMs: 2 } }", "Affinity.warmsMs", 2, "unknown setting, ignored; did you mean \"warmMs\"?", false)]
    public void What_is_wrong_is_named_with_its_place_and_the_remedy(string text, string path, int line, string message, bool isError)
    {
        var problem = Assert.Single(TestEnvironment.Read(text).Problems, p => p.Path == path);
        Assert.Equal((line, message, isError), (problem.Line, problem.Message, problem.IsError));
    }
}
