using System.Text;
using Ccr.Protocols.Anthropic;
using Ccr.Protocols.Canonical;
using Ccr.Protocols.OpenAIChat;
using Ccr.ProxyService.Dispatch;
using Ccr.Tests.Protocols;

namespace Ccr.Tests.Dispatch;

/// <summary>A tap that does not decode what only repeats the event before with other words notes the same as one that decodes everything.</summary>
public class DecodingTapTests
{
    private static readonly string[] Texts = ["a", "text", "delta", "index", " ", "\\n", "\\\"q\\\"", "\\u00e9", "é", "日本語", "type", "content", "\\", "\\x", ""];

    private static readonly string[] Chat =
    [
        "data: {\"id\":\"c\",\"choices\":[{\"index\":0,\"delta\":{\"content\":\"@\"}}]}\n\n",
        "data: {\"id\":\"c\",\"choices\":[{\"index\":0,\"delta\":{\"reasoning_content\":\"@\"}}]}\n\n",
        "data: {\"id\":\"c\",\"choices\":[{\"index\":0,\"delta\":{\"role\":\"@\",\"content\":\"@\"}}]}\n\n",
        "data: {\"id\":\"c\",\"choices\":[{\"index\":0,\"delta\":{\"tool_calls\":[{\"index\":0,\"id\":\"t\",\"function\":{\"name\":\"f\",\"arguments\":\"{}\"}}]}}]}\n\n",
        "data: {\"id\":\"c\",\"choices\":[{\"index\":0,\"delta\":{\"content\":\"@\"}}],\"usage\":{\"prompt_tokens\":3,\"completion_tokens\":1}}\n\n",
        ": keep-alive\n\n",
    ];

    private static readonly string[] Anthropic =
    [
        "event: content_block_delta\ndata: {\"type\":\"content_block_delta\",\"index\":0,\"delta\":{\"type\":\"text_delta\",\"text\":\"@\"}}\n\n",
        "event: content_block_delta\r\ndata: {\"type\":\"content_block_delta\",\"index\":1,\"delta\":{\"type\":\"thinking_delta\",\"thinking\":\"@\"}}\r\n\r\n",
        "event: content_block_start\ndata: {\"type\":\"content_block_start\",\"index\":1,\"content_block\":{\"type\":\"thinking\",\"thinking\":\"\"}}\n\n",
        "event: content_block_start\ndata: {\"type\":\"content_block_start\",\"index\":0,\"content_block\":{\"type\":\"text\",\"text\":\"\"}}\n\n",
        "event: content_block_start\ndata: {\"type\":\"content_block_start\",\"index\":2,\"content_block\":{\"type\":\"tool_use\",\"id\":\"t\",\"name\":\"f\",\"input\":{}}}\n\n",
        "event: content_block_delta\ndata: {\"type\":\"content_block_delta\",\"index\":2,\"delta\":{\"type\":\"input_json_delta\",\"partial_json\":\"@\"}}\n\n",
        "event: content_block_stop\ndata: {\"type\":\"content_block_stop\",\"index\":0}\n\n",
        "event: ping\ndata: {\"type\":\"ping\"}\n\n",
    ];

    [Fact]
    public void Chat_frames() => Compare(Chat, static sink => new ChatStreamDecoder(sink, "p"), "");

    [Fact]
    public void Anthropic_frames() => Compare(Anthropic, static sink => new AnthropicStreamDecoder(sink, "p", "m"), "event: message_start\ndata: {\"type\":\"message_start\",\"message\":{\"id\":\"m\"}}\n\n" + Anthropic[3]);

    private static void Compare(string[] frames, Func<IMessageSink, IAnswerDecoder> decoder, string start)
    {
        var random = new Random(21);
        for (var run = 0; run < 3000; run++)
        {
            LogSink byFrame = new(), whole = new();
            using var fast = new DecodingTap(decoder, byFrame);
            using var slow = new DecodingTap(decoder, whole);
            var first = Encoding.UTF8.GetBytes(start);
            fast.Feed(first);
            slow.Feed(first);
            var frame = frames[random.Next(frames.Length)];
            for (var i = 0; i < 8; i++)
            {
                frame = random.Next(4) == 0 ? frames[random.Next(frames.Length)] : frame;
                var bytes = Encoding.UTF8.GetBytes(frame.Replace("@", Texts[random.Next(random.Next(4) == 0 ? Texts.Length : 12)], StringComparison.Ordinal));
                fast.FeedFrame(bytes);
                slow.Feed(bytes);
                Assert.Equal(whole.Log.ToString(), byFrame.Log.ToString());
                Assert.Equal((slow.HasContent, slow.ToolCalls, slow.Usage, slow.Error?.Code), (fast.HasContent, fast.ToolCalls, fast.Usage, fast.Error?.Code));
            }
        }
    }
}
