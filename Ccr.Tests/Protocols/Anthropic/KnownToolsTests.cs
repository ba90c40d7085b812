using System.Text;
using Ccr.Protocols.Anthropic;
using Ccr.Protocols.Requests;

namespace Ccr.Tests.Protocols.Anthropic;

/// <summary>A list of tools that came before is not read again: everything around it is seen as if it were.</summary>
public class KnownToolsTests
{
    private static readonly string Padding = new('x', 600);

    [Theory]
    [InlineData("""{"model":"m","tools":@,"messages":[],"stream":true,"metadata":{"user_id":"u"}}""")]
    [InlineData("""{"tools":@,"stream":true,"metadata":{"user_id":"u"},"messages":[],"model":"m"}""")]
    [InlineData("""{"stream":true,"messages":[],"metadata":{"user_id":"u"},"model":"m","tools": @}""")]
    [InlineData("""  {"model":"m" , "tools" : @ , "stream":true,"metadata":{"user_id":"u"},"messages":[]}  """)]
    public void What_is_around_it_is_seen(string form)
    {
        foreach (var tools in new[] { Tools("web_search_20250305"), Tools("custom"), Tools("custom") })
        {
            var body = Encoding.UTF8.GetBytes(form.Replace("@", tools, StringComparison.Ordinal));
            for (var time = 0; time < 2; time++)
            {
                var peek = AnthropicRequestPeek.Read(body);
                Assert.Equal("m", peek.Model.ToString());
                Assert.Equal("\"m\"", Encoding.UTF8.GetString(body[peek.ModelRange]));
                Assert.Equal("u", peek.UserId.ToString());
                Assert.True(peek.Stream);
                Assert.Equal(tools.Contains("web_search", StringComparison.Ordinal), peek.HasWebSearch);
            }
        }
    }

    [Theory]
    [InlineData("""{"model":"m","tools":@,"messages":[}""")]
    [InlineData("""{"model":"m","tools":@@,"messages":[]}""")]
    [InlineData("""{"model":"m","tools":@ "messages":[]}""")]
    [InlineData("""{"model":"m","tools":@,"messages":[]}]""")]
    [InlineData("""{"model":"m","tools":@""")]
    public void A_fault_behind_it_is_named_at_its_place(string form)
    {
        var tools = Tools("custom");
        Assert.Equal("m", AnthropicRequestPeek.Read(Encoding.UTF8.GetBytes($$"""{"model":"m","tools":{{tools}},"messages":[]}""")).Model.ToString());
        var known = Assert.Throws<RequestFormatException>(() => AnthropicRequestPeek.Read(Encoding.UTF8.GetBytes(form.Replace("@", tools, StringComparison.Ordinal))));
        var other = Tools("custom").Replace(Padding, Padding[..^1] + "y", StringComparison.Ordinal);
        var unknown = Assert.Throws<RequestFormatException>(() => AnthropicRequestPeek.Read(Encoding.UTF8.GetBytes(form.Replace("@", other, StringComparison.Ordinal))));
        Assert.Equal(unknown.Message, known.Message);
    }

    [Fact]
    public void One_that_only_begins_like_a_known_one_is_read()
    {
        var tools = Tools("custom");
        Assert.False(AnthropicRequestPeek.Read(Encoding.UTF8.GetBytes($$"""{"model":"m","tools":{{tools}},"messages":[]}""")).HasWebSearch);
        var longer = tools[..^1] + ",{\"type\":\"web_search_20250305\"}]";
        Assert.True(AnthropicRequestPeek.Read(Encoding.UTF8.GetBytes($$"""{"model":"m","tools":{{longer}},"messages":[]}""")).HasWebSearch);
        Assert.False(AnthropicRequestPeek.Read(Encoding.UTF8.GetBytes($$"""{"model":"m","tools":{{tools}},"messages":[]}""")).HasWebSearch);
    }

    private static string Tools(string type) => $$$"""[{"name":"a","description":"{{{Padding}}}","input_schema":{"type":"object"}},{"type":"{{{type}}}","name":"b"}]""";
}
