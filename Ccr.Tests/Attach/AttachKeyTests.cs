using Ccr.ProxyService.Attach;
using Microsoft.AspNetCore.Http;

namespace Ccr.Tests.Attach;

/// <summary>Which requests count as the same.</summary>
public sealed class AttachKeyTests
{
    [Theory]
    [InlineData("X-Stainless-Retry-Count")]
    [InlineData("traceparent")]
    [InlineData("Content-Length")]
    [InlineData("X-Forwarded-For")]
    public void What_differs_between_two_tries_does_not_count(string header) =>
        Assert.Equal(Key("body", ("x-api-key", "k"), (header, "0")), Key("body", ("x-api-key", "k"), (header, "1")));

    [Theory]
    [InlineData("authorization")]
    [InlineData("anthropic-version")]
    [InlineData("x-ccr-loss")]
    [InlineData("idempotency-key")]
    [InlineData("x-team")]
    public void Any_other_header_counts(string header) =>
        Assert.NotEqual(Key("body", (header, "0")), Key("body", (header, "1")));

    [Fact]
    public void Method_address_and_body_count()
    {
        var key = AttachKey.Of(Request("POST", "/v1/messages", ""), "body"u8);

        Assert.Equal(key, AttachKey.Of(Request("POST", "/v1/messages", ""), "body"u8));
        Assert.NotEqual(key, AttachKey.Of(Request("PUT", "/v1/messages", ""), "body"u8));
        Assert.NotEqual(key, AttachKey.Of(Request("POST", "/v1/responses", ""), "body"u8));
        Assert.NotEqual(key, AttachKey.Of(Request("POST", "/v1/messages", "?key=1"), "body"u8));
        Assert.NotEqual(key, AttachKey.Of(Request("POST", "/v1/messages", ""), "bodY"u8));
        Assert.NotEqual(key, AttachKey.Of(Request("POST", "/v1/messages", ""), ""u8));
    }

    [Fact]
    public void A_text_does_not_run_into_the_next() =>
        Assert.NotEqual(Key("", ("x-a", "b"), ("x-c", "")), Key("", ("x-a", "bx-c"), ("x-", "c")));

    [Fact]
    public void Long_headers_count_to_their_end() =>
        Assert.NotEqual(Key("", ("x-a", new string('é', 9000) + "1")), Key("", ("x-a", new string('é', 9000) + "2")));

    private static HttpRequest Request(string method, string path, string query)
    {
        var request = new DefaultHttpContext().Request;
        request.Method = method;
        request.Path = path;
        request.QueryString = new QueryString(query);
        return request;
    }

    private static AttachKey Key(string body, params (string Name, string Value)[] headers)
    {
        var request = Request("POST", "/v1/messages", "");
        foreach (var (name, value) in headers)
        {
            request.Headers[name] = value;
        }

        return AttachKey.Of(request, System.Text.Encoding.UTF8.GetBytes(body));
    }
}
