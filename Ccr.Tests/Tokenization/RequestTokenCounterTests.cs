using System.Buffers.Binary;
using System.Text;
using System.Text.Json;
using Ccr.Tokenization;

namespace Ccr.Tests.Tokenization;

public sealed class RequestTokenCounterTests
{
    private const int Message = RequestTokenCounter.MessageOverhead;
    private const int Tool = RequestTokenCounter.ToolOverhead;

    [Fact]
    public void An_Anthropic_request_counts_system_tools_and_messages_apart()
    {
        var counted = Count("""
            {
              "model": "claude-x", "max_tokens": 100, "metadata": {"user_id": "not counted"},
              "system": [{"type": "text", "text": "You are terse.", "cache_control": {"type": "ephemeral"}}, {"type": "text", "text": "Use tools."}],
              "tools": [{"name": "Read", "description": "Reads a file.", "input_schema": {"type":"object","properties":{"path":{"type":"string"}}}},
                        {"type": "web_search_20250305", "name": "web_search", "max_uses": 3}],
              "messages": [
                {"role": "user", "content": "Open it."},
                {"role": "assistant", "content": [
                  {"type": "thinking", "thinking": "I should read.", "signature": "c2lnbmF0dXJl"},
                  {"type": "redacted_thinking", "data": "cmVkYWN0ZWQ="},
                  {"type": "tool_use", "id": "toolu_1", "name": "Read", "input": {"path": "/tmp/x", "n": 1}}]},
                {"role": "user", "content": [
                  {"type": "tool_result", "tool_use_id": "toolu_1", "content": "plain"},
                  {"type": "tool_result", "tool_use_id": "toolu_2", "content": [{"type": "text", "text": "in blocks"}], "is_error": true}]}]
            }
            """);

        Assert.Equal(Tokens("You are terse.", "Use tools."), counted.System);
        Assert.Equal((2 * Tool) + Tokens("Read", "Reads a file.", """{"type":"object","properties":{"path":{"type":"string"}}}""", "web_search"), counted.Tools);
        Assert.Equal((3 * Message) + Tokens("Open it.", "I should read.", "Read", """{"path": "/tmp/x", "n": 1}""", "plain", "in blocks"), counted.Messages);
        Assert.Equal(counted.System + counted.Tools + counted.Messages, counted.Total);
    }

    [Fact]
    public void An_OpenAI_chat_request_counts_the_same_things()
    {
        var counted = Count("""
            {
              "model": "gpt-x", "stream": true,
              "messages": [
                {"role": "system", "content": "You are terse."},
                {"role": "developer", "content": [{"type": "text", "text": "Use tools."}]},
                {"role": "user", "content": [{"type": "text", "text": "Open it."}, {"type": "image_url", "image_url": {"url": "https://example.org/a.png"}}]},
                {"role": "assistant", "content": null, "reasoning_content": "Hm.", "tool_calls": [
                  {"id": "call_1", "type": "function", "function": {"name": "Read", "arguments": "{\"path\":\"/tmp/x\"}"}}]},
                {"role": "tool", "tool_call_id": "call_1", "content": "plain"}],
              "tools": [{"type": "function", "function": {"name": "Read", "description": "Reads.", "parameters": {"type":"object"}, "strict": true}}]
            }
            """);

        Assert.Equal((2 * Message) + Tokens("You are terse.", "Use tools."), counted.System);
        Assert.Equal(Tool + Tokens("Read", "Reads.", """{"type":"object"}"""), counted.Tools);
        Assert.Equal((3 * Message) + RequestTokenCounter.ImageTokens + Tokens("Open it.", "Hm.", "Read", """{"path":"/tmp/x"}""", "plain"), counted.Messages);
    }

    [Fact]
    public void A_Gemini_request_counts_the_same_things()
    {
        var counted = Count("""
            {
              "systemInstruction": {"parts": [{"text": "You are terse."}]},
              "contents": [
                {"role": "user", "parts": [{"text": "Open it."}]},
                {"role": "model", "parts": [{"functionCall": {"name": "Read", "args": {}}}]},
                {"role": "user", "parts": [{"functionResponse": {"name": "Read", "response": {"output":"plain"}}}]}],
              "tools": [{"functionDeclarations": [{"name": "Read", "description": "Reads.", "parametersJsonSchema": {"type":"object"}}]}]
            }
            """);

        Assert.Equal(Tokens("You are terse."), counted.System);
        Assert.Equal((2 * Tool) + Tokens("Read", "Reads.", """{"type":"object"}"""), counted.Tools);
        Assert.Equal((3 * Message) + Tokens("Open it.", "Read", "{}", "Read", """{"output":"plain"}"""), counted.Messages);
    }

    [Fact]
    public void An_OpenAI_responses_request_counts_the_same_things()
    {
        var counted = Count("""
            {
              "instructions": "You are terse.",
              "input": [
                {"type": "message", "role": "developer", "content": [{"type": "input_text", "text": "Use tools."}]},
                {"role": "user", "content": [{"type": "input_text", "text": "Open it."}, {"type": "input_image", "image_url": "https://example.org/a.png"}]},
                {"type": "function_call", "call_id": "c", "name": "Read", "arguments": "{}"},
                {"type": "function_call_output", "call_id": "c", "output": "plain"}],
              "tools": [{"type": "function", "name": "Read", "description": "Reads.", "parameters": {"type":"object"}}]
            }
            """);

        Assert.Equal(Message + Tokens("You are terse.", "Use tools."), counted.System);
        Assert.Equal(Tool + Tokens("Read", "Reads.", """{"type":"object"}"""), counted.Tools);
        Assert.Equal((3 * Message) + RequestTokenCounter.ImageTokens + Tokens("Open it.", "Read", "{}", "plain"), counted.Messages);
        Assert.Equal(Message + Tokens("just text"), Count("""{"input":"just text"}""").Messages);
    }

    [Fact]
    public void The_order_of_properties_does_not_matter()
    {
        var image = Png(300, 200);
        var usual = Count($$$"""{"messages":[{"role":"system","content":[{"type":"image","source":{"type":"base64","media_type":"image/png","data":"{{{image}}}"}},{"type":"document","source":{"type":"text","media_type":"text/plain","data":"notes"}}]}]}""");
        var reversed = Count($$$"""{"messages":[{"content":[{"source":{"data":"{{{image}}}","media_type":"image/png","type":"base64"},"type":"image"},{"source":{"data":"notes","media_type":"text/plain","type":"text"},"type":"document"}],"role":"system"}]}""");

        Assert.Equal(usual, reversed);
        Assert.Equal(Message + 80 + Tokens("notes"), usual.System);
        Assert.Equal(0, usual.Messages);
    }

    [Theory]
    [InlineData("\\n\\t\\\"\\\\\\/\\b\\f\\r", "\n\t\"\\/\b\f\r")]
    [InlineData("\\u00e9\\u4F60\\ud83d\\ude00!", "é你😀!")]
    [InlineData("a\\ud83d", "a\uFFFD")]
    [InlineData("\\ude00\\ud83dz", "\uFFFD\uFFFDz")]
    [InlineData("\\ud83d\\ud83d\\ude00", "\uFFFD😀")]
    [InlineData("plain", "plain")]
    public void Escapes_count_as_what_they_stand_for(string json, string text) =>
        Assert.Equal(Message + Tokens(text), Count($$$"""{"messages":[{"role":"user","content":"{{{json}}}"}]}""").Messages);

    [Theory]
    [InlineData("")]
    [InlineData("  ")]
    [InlineData("not json")]
    [InlineData("[]")]
    [InlineData("\"text\"")]
    [InlineData("null")]
    [InlineData("{\"messages\":[")]
    [InlineData("{\"messages\":[]} trailing")]
    [InlineData("{\"messages\":[{\"content\":\"\\x\"}]}")]
    public void What_is_no_JSON_object_is_refused(string body) => Assert.ThrowsAny<JsonException>(() => Count(body));

    [Theory]
    [InlineData("""{}""", 0)]
    [InlineData("""{"messages":null,"tools":7,"system":false}""", Message)]
    [InlineData("""{"messages":[1,"x",null,[{"content":"no message"}],{"role":5,"content":12.5}],"tools":[null,3,"t"]}""", Message)]
    [InlineData("""{"messages":[{"content":[{"type":{"a":1},"text":[1],"input":null,"source":9,"image_url":{"url":4}}]}]}""", Message)]
    public void Values_of_the_wrong_kind_count_nothing(string body, long expected) => Assert.Equal(expected, Count(body).Total);

    [Fact]
    public void Nesting_without_end_is_refused_and_does_not_overflow()
    {
        var body = "{\"messages\":[{\"content\":" + string.Concat(Enumerable.Repeat("[{\"content\":", 100_000));
        Assert.ThrowsAny<JsonException>(() => Count(body));
    }

    [Fact]
    public void Base64_is_measured_and_never_encoded()
    {
        var pdf = Convert.ToBase64String(new byte[200 * 1024]);
        Assert.Equal(Message + (4 * RequestTokenCounter.DocumentTokens),
            Count($$$"""{"messages":[{"content":[{"type":"document","source":{"type":"base64","media_type":"application/pdf","data":"{{{pdf}}}"}}]}]}""").Messages);
        Assert.Equal(Message + (4 * RequestTokenCounter.DocumentTokens) + Tokens("a.pdf"),
            Count($$$"""{"messages":[{"content":[{"type":"input_file","name":"a.pdf","file_data":"data:application/pdf;base64,{{{pdf}}}"}]}]}""").Messages);
        Assert.Equal(Message + 129,
            Count($$$"""{"messages":[{"content":[{"type":"input_audio","input_audio":{"format":"wav","data":"{{{pdf}}}"}}]}]}""").Messages);
        Assert.Equal(Message + RequestTokenCounter.ImageTokens,
            Count($$$"""{"messages":[{"content":[{"type":"image","source":{"type":"base64","media_type":"image/png","data":"{{{pdf}}}"}}]}]}""").Messages);
    }

    [Fact]
    public void Documents_and_images_that_are_only_named_count_by_a_fixed_rule()
    {
        Assert.Equal(Message + RequestTokenCounter.ImageTokens,
            Count("""{"messages":[{"content":[{"type":"image","source":{"type":"url","url":"https://example.org/a.jpg"}}]}]}""").Messages);
        Assert.Equal(Message + RequestTokenCounter.DocumentTokens,
            Count("""{"messages":[{"content":[{"type":"document","source":{"type":"file","file_id":"file_1"}}]}]}""").Messages);
        Assert.Equal(Message + Tokens("Annex", "inside"),
            Count("""{"messages":[{"content":[{"type":"document","title":"Annex","source":{"type":"content","content":[{"type":"text","text":"inside"}]}}]}]}""").Messages);
    }

    [Theory]
    [InlineData(1, 1, 1)]
    [InlineData(200, 200, 54)]
    [InlineData(1000, 1000, 1334)]
    [InlineData(1568, 100, 210)]
    [InlineData(3136, 200, 210)]
    [InlineData(8000, 8000, 1600)]
    public void An_image_counts_its_pixels_over_750(int width, int height, long expected)
    {
        var data = Png(width, height);
        Assert.Equal(Message + expected,
            Count($$$"""{"messages":[{"content":[{"type":"image","source":{"type":"base64","media_type":"image/png","data":"{{{data}}}"}}]}]}""").Messages);
        Assert.Equal(Message + expected,
            Count($$$"""{"messages":[{"content":[{"type":"image_url","image_url":{"url":"data:image\/png;base64,{{{data.Replace("/", "\\/", StringComparison.Ordinal)}}}"}}]}]}""").Messages);
    }

    private static RequestTokens Count(string body) => RequestTokenCounter.Count(Encoding.UTF8.GetBytes(body), BpeEncoding.Cl100kBase);

    private static long Tokens(params string[] texts) => texts.Sum(text => BpeEncoding.Cl100kBase.CountTokens(Encoding.UTF8.GetBytes(text)));

    /// <summary>The head of a PNG file, which is all that is read.</summary>
    private static string Png(int width, int height)
    {
        var file = new byte[36];
        byte[] head = [0x89, (byte)'P', (byte)'N', (byte)'G', 13, 10, 26, 10, 0, 0, 0, 13, (byte)'I', (byte)'H', (byte)'D', (byte)'R'];
        head.CopyTo(file, 0);
        BinaryPrimitives.WriteInt32BigEndian(file.AsSpan(16), width);
        BinaryPrimitives.WriteInt32BigEndian(file.AsSpan(20), height);
        file.AsSpan(24).Fill(0xFF);
        return Convert.ToBase64String(file);
    }
}
