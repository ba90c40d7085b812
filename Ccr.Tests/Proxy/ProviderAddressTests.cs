namespace Ccr.Tests.Proxy;

/// <summary>Providers whose addresses and bodies differ from their dialect's usual ones.</summary>
public sealed class ProviderAddressTests
{
    private const string Ask = """{"model":"m","max_tokens":9,"messages":[{"role":"user","content":"a"}]}""";

    [Theory]
    [InlineData("vertex-claude", "claude-sonnet-4-5", "/v1/projects/p1/locations/l/publishers/anthropic/models/claude-sonnet-4-5:rawPredict", "\"anthropic_version\":\"vertex-2023-10-16\"")]
    [InlineData("vertex-gemini", "gemini-2.5-pro", "/v1/projects/p1/locations/l/publishers/google/models/gemini-2.5-pro:generateContent", "\"contents\"")]
    public async Task Vertex_gets_the_model_in_the_address_and_the_key_as_a_token(string transformer, string model, string address, string inBody)
    {
        await using var upstream = await ScriptedUpstream.StartAsync();
        upstream.Answer(ScriptedReply.Json("{}"));
        await using var proxy = await RunningProxy.StartAsync($$$$"""{"LOG":false,"Providers":[{"name":"v","api_base_url":"{{{{upstream.BaseAddress}}}}","api_key":"vertex-token","models":["{{{{model}}}}"],"transformer":{"use":[["{{{{transformer}}}}",{"project":"p1","location":"l"}]]}}],"Router":{"tierRetries":{"*":{"max_retries":0}},"default":"v,{{{{model}}}}"}}""");
        using var response = await proxy.PostAsync(Ask);
        var seen = upstream.Single;
        Assert.Equal(address, Uri.UnescapeDataString(seen.Target));
        Assert.Equal("Bearer vertex-token", seen.Headers["authorization"]);
        Assert.False(seen.Headers.ContainsKey("x-api-key") || seen.Headers.ContainsKey("x-goog-api-key"));
        Assert.Contains(inBody, seen.Body, StringComparison.Ordinal);
        Assert.DoesNotContain("\"model\":", seen.Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_backend_of_ChatGPT_is_asked_for_a_stream_without_limits()
    {
        await using var upstream = await ScriptedUpstream.StartAsync();
        upstream.Answer(ScriptedReply.Json("{}"));
        await using var proxy = await RunningProxy.StartAsync($$$$"""{"LOG":false,"Providers":[{"name":"c","api_base_url":"{{{{upstream.BaseAddress}}}}backend-api/codex/responses","api_key":"k","models":["gpt-5"]}],"Router":{"tierRetries":{"*":{"max_retries":0}},"default":"c,gpt-5"}}""");
        using var response = await proxy.PostAsync(Ask);
        Assert.Contains("\"stream\":true", upstream.Single.Body, StringComparison.Ordinal);
        Assert.DoesNotContain("max_output_tokens", upstream.Single.Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_search_model_searches_and_no_other_gets_the_field()
    {
        await using var upstream = await ScriptedUpstream.StartAsync();
        upstream.Answer(ScriptedReply.Json("{}"));
        await using var proxy = await RunningProxy.StartAsync($$$$"""{"LOG":false,"Providers":[{"name":"c","api_base_url":"{{{{upstream.BaseAddress}}}}v1/chat/completions","api_key":"k","models":["gpt-4o-search-preview","gpt-4o"]}],"Router":{"tierRetries":{"*":{"max_retries":0}},"default":"c,gpt-4o"}}""");
        foreach (var model in (string[])["gpt-4o-search-preview", "gpt-4o"])
        {
            upstream.Answer(ScriptedReply.Json("{}"));
            using var response = await proxy.PostAsync($$"""{"model":"c,{{model}}","max_tokens":9,"tools":[{"type":"web_search_20250305","name":"web_search"}],"messages":[{"role":"user","content":"a"}]}""");
            Assert.Equal(model == "gpt-4o-search-preview", upstream.Single.Body.Contains("\"web_search_options\":{}", StringComparison.Ordinal));
        }
    }
}
