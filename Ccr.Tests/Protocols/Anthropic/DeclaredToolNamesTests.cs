using System.Text;
using Ccr.Protocols.Canonical;
using Ccr.Protocols.Json;
using Ccr.Protocols.Requests;

namespace Ccr.Tests.Protocols.Anthropic;

/// <summary>Legal names for tools, and the way back to the declared ones.</summary>
public class DeclaredToolNamesTests
{
    [Fact]
    public void Legal_names_stay_and_others_become_legal_and_different()
    {
        Assert.Equal("Bash", Legal("Bash"));
        var tooLong = new string('a', 65);
        string[] names = [Legal("mcp.a"), Legal("mcp:a"), Legal(tooLong), Legal(tooLong + "b"), Legal("ü"), Legal("")];
        Assert.All(names, name => Assert.Matches("^[a-zA-Z0-9_-]{1,64}$", name));
        Assert.Equal(names.Length, names.Distinct().Count());
        Assert.StartsWith("mcp_a_", names[0], StringComparison.Ordinal);

        // One name, spelt in two ways.
        Assert.Equal(Encoding.UTF8.GetString(ToolNames.Legal(new("\\u00fc"u8.ToArray())).Span), Legal("ü"));
    }

    [Theory]
    [InlineData("Bash", "Bash")]
    [InlineData("bash", "Bash")]
    [InlineData("default_api:Bash", "Bash")]
    [InlineData("default_api.Bash", "Bash")]
    [InlineData("functions.Bash", "Bash")]
    [InlineData("functions.bash", "Bash")]
    [InlineData("same", "same")]
    [InlineData("SAME", "SAME")]
    [InlineData("unknown", "unknown")]
    public void P128_the_declared_name_comes_back(string called, string expected) => Assert.Equal(expected, Call(called, "{}").Calls[0].Name);

    [Fact]
    public void A_shortened_name_comes_back() => Assert.Equal("mcp.server.tool", Call(Legal("mcp.server.tool"), "{}").Calls[0].Name);

    [Fact]
    public void P134_the_leaked_wrapper_is_expanded_into_its_calls()
    {
        var message = Call("multi_tool_use.parallel", """{"tool_uses":[{"recipient_name":"functions.bash","parameters":{"c":"\"ü\""}},{"recipient_name":"functions.Read","parameters":{}}]}""");
        Assert.Equal(["Bash", "Read"], message.Calls.Select(call => call.Name));
        Assert.Equal("""{"c":"\"ü\""}""", message.Calls[0].Arguments);
        Assert.Equal(2, message.Calls.Select(call => call.Id).Distinct().Count());
    }

    [Fact]
    public void P134_a_wrapper_that_holds_no_calls_stays_as_it_is()
    {
        var message = Call("parallel", """{"other":1}""");
        Assert.Equal(("c1", "parallel", """{"other":1}"""), Assert.Single(message.Calls));
    }

    private static string Legal(string name) => Encoding.UTF8.GetString(ToolNames.Legal(EscapedText.From(name)).Span);

    private static MessageReducer Call(string name, string arguments)
    {
        var request = new CanonicalRequest();
        foreach (var declared in (string[])["Bash", "Read", "mcp.server.tool", "same", "Same"])
        {
            request.Tools.Add(new() { Name = EscapedText.From(declared) });
        }

        var message = new MessageReducer();
        var names = new DeclaredToolNames(message, request);
        names.Start(default);
        names.BeginToolUse("c1"u8, EscapedText.From(name).Span);
        var escaped = EscapedText.From(arguments).Span;
        names.ToolInput(escaped[..1]);
        names.ToolInput(escaped[1..]);
        names.EndBlock();
        names.End(StopReason.ToolUse, default);
        return message;
    }
}
