using System.Net;
using System.Text;
using System.Text.Json;
using Ccr.ProxyService.Configuration;
using Ccr.Simulator;
using Microsoft.Extensions.DependencyInjection;

namespace Ccr.Tests.Proxy;

/// <summary>Whatever comes in, the answer is an error in the caller's dialect that names the fault, and the service goes on.</summary>
public sealed class BadInputTests : IAsyncLifetime
{
    private RunningSimulator _simulator = null!;
    private RunningProxy _proxy = null!;

    public async Task InitializeAsync()
    {
        _simulator = await SimulatorHost.StartAsync();
        _proxy = await RunningProxy.StartAsync(RunningProxy.Config(_simulator.BaseAddress, "\"default\": \"chat,sim-text\"", "\"MAX_BODY_BYTES\": 100000,"));
    }

    public async Task DisposeAsync()
    {
        await _proxy.DisposeAsync();
        await _simulator.DisposeAsync();
    }

    [Theory]
    [InlineData("", "body is empty")]
    [InlineData("hello", "not valid JSON: line 1, byte 1")]
    [InlineData("{\"model\":\n\"m\",}", "not valid JSON: line 2")]
    [InlineData("[]", "must be a JSON object")]
    [InlineData("{}", "model is missing")]
    [InlineData("{\"model\":5,\"messages\":[]}", "model must be a string")]
    [InlineData("{\"model\":\"m\"}", "messages is missing")]
    [InlineData("{\"model\":\"m\",\"messages\":{}}", "messages must be an array")]
    [InlineData("{\"model\":\"m\",\"messages\":[5]}", "messages[0] must be an object")]
    [InlineData("{\"model\":\"m\",\"messages\":[{\"role\":\"robot\",\"content\":\"x\"}]}", "messages[0].role must be")]
    [InlineData("{\"model\":\"m\",\"messages\":[{\"content\":\"x\"}]}", "messages[0].role is missing")]
    [InlineData("{\"model\":\"m\",\"messages\":[{\"role\":\"user\"}]}", "messages[0].content is missing")]
    [InlineData("{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":5}]}", "messages[0].content must be")]
    [InlineData("{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":[{\"type\":\"text\",\"text\":\"a\"},{\"text\":\"b\"}]}]}", "messages[0].content[1].type is missing")]
    [InlineData("{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":[{\"type\":\"tool_result\"}]}]}", "messages[0].content[0].tool_use_id is missing")]
    [InlineData("{\"model\":\"m\",\"messages\":[],\"stream\":\"yes\"}", "stream must be true or false")]
    [InlineData("{\"model\":\"m\",\"messages\":[],\"max_tokens\":\"many\"}", "max_tokens must be a whole number")]
    [InlineData("{\"model\":\"m\",\"messages\":[],\"tools\":{}}", "tools must be an array")]
    [InlineData("{\"model\":\"m\",\"messages\":[],\"tools\":[{}]}", "tools[0].name is missing")]
    [InlineData("{\"model\":\"m\",\"messages\":[],\"tool_choice\":{\"type\":\"must\"}}", "tool_choice.type must be")]
    [InlineData("{\"model\":\"m\",\"messages\":[],\"temperature\":\"hot\"}", "temperature must be a number")]
    [InlineData("{\"model\":\"m\",\"messages\":[]} {}", "not valid JSON")]
    public async Task A_body_that_cannot_be_understood_is_refused_with_the_place(string body, string expected)
    {
        var (response, answer) = await _proxy.AskAsync(body);
        using (response)
        {
            Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
            Assert.Contains(expected, Message(answer, "invalid_request_error"), StringComparison.Ordinal);
        }

        await IsAliveAsync();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_body_over_the_limit_is_refused_with_the_limit(bool declared)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/messages") { Content = new StringContent(new string(' ', 200_000), Encoding.UTF8, "application/json") };
        if (!declared)
        {
            request.Headers.TransferEncodingChunked = true;
        }

        using var response = await _proxy.Client.SendAsync(request);
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, response.StatusCode);
        Assert.Contains("100000 bytes", Message(await response.Content.ReadAsStringAsync(), "request_too_large"), StringComparison.Ordinal);
        await IsAliveAsync();
    }

    [Theory]
    [InlineData("nobody,m", "there is no provider 'nobody'; configured are native, chat")]
    [InlineData("chat,", "names no model after the comma")]
    public async Task An_unknown_provider_is_told_with_the_known_ones(string model, string expected)
    {
        var (response, answer) = await _proxy.AskAsync(MessagesTests.Body(model, true));
        response.Dispose();
        Assert.Contains(expected, JsonDocument.Parse(answer).RootElement.GetProperty("error").GetProperty("message").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_unknown_address_is_told_in_the_same_shape()
    {
        using var response = await _proxy.Client.GetAsync("/v1/nothing");
        Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
        Message(await response.Content.ReadAsStringAsync(), "not_found_error");
    }

    [Fact]
    public async Task Without_providers_the_answer_says_where_to_add_one()
    {
        await using var proxy = await RunningProxy.StartAsync("""{ "LOG": false, "Providers": [], "Router": {} }""");
        var (response, answer) = await proxy.AskAsync(MessagesTests.Body("claude-x", true));
        using (response)
        {
            var message = Message(answer, "invalid_request_error");
            Assert.Contains("add one under Providers", message, StringComparison.Ordinal);
            Assert.Contains(proxy.ConfigPath, message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_provider_whose_key_is_not_set_is_told_by_its_variable()
    {
        await using var proxy = await RunningProxy.StartAsync($$"""
            { "LOG": false, "Providers": [ { "name": "p", "api_base_url": "{{_simulator.BaseAddress}}v1/messages", "api_key": "$CCR_TEST_NEVER_SET", "models": ["m"] } ], "Router": { "default": "p,m" } }
            """);
        var (response, answer) = await proxy.AskAsync(MessagesTests.Body("claude-x", true));
        using (response)
        {
            Assert.Contains("CCR_TEST_NEVER_SET", Message(answer, "invalid_request_error"), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_configuration_edited_into_nonsense_is_refused_and_the_old_one_serves()
    {
        var store = _proxy.Services.GetRequiredService<ConfigStore>();
        var refused = new TaskCompletionSource();
        store.Refused += _ => refused.TrySetResult();
        await File.WriteAllTextAsync(_proxy.ConfigPath, "{ \"Providers\": [ nonsense");
        await refused.Task.WaitAsync(TimeSpan.FromSeconds(30));
        var (response, _) = await _proxy.AskAsync(MessagesTests.Body("claude-x", true));
        using (response)
        {
            Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        }

        var problems = JsonDocument.Parse(await _proxy.Client.GetStringAsync("/api/status")).RootElement.GetProperty("config").GetProperty("problems");
        Assert.True(problems[0].GetProperty("error").GetBoolean());
        Assert.Equal(1, problems[0].GetProperty("line").GetInt32());
    }

    [Fact]
    public async Task An_edited_route_is_taken_while_running()
    {
        var store = _proxy.Services.GetRequiredService<ConfigStore>();
        var changed = new TaskCompletionSource();
        store.Changed += _ => changed.TrySetResult();
        await File.WriteAllTextAsync(_proxy.ConfigPath, RunningProxy.Config(_simulator.BaseAddress, "\"default\": \"native,sim-text\""));
        await changed.Task.WaitAsync(TimeSpan.FromSeconds(30));
        var (response, _) = await _proxy.AskAsync(MessagesTests.Body("claude-x", true));
        using (response)
        {
            Assert.Equal("native,sim-text", response.Headers.GetValues("x-ccr-tier").Single());
        }
    }

    private static string Message(string body, string type)
    {
        var root = JsonDocument.Parse(body).RootElement;
        Assert.Equal("error", root.GetProperty("type").GetString());
        Assert.Equal(type, root.GetProperty("error").GetProperty("type").GetString());
        Assert.StartsWith("req_", root.GetProperty("request_id").GetString(), StringComparison.Ordinal);
        return root.GetProperty("error").GetProperty("message").GetString()!;
    }

    private async Task IsAliveAsync()
    {
        using var response = await _proxy.Client.GetAsync("/health");
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
    }
}
