using System.Text;
using Ccr.ProxyService.Responses;

namespace Ccr.Tests.Proxy;

/// <summary>The store of responses forgets the oldest, and everything that belongs to it.</summary>
public sealed class ResponseStoreTests
{
    private readonly ResponseStore _store = new();

    [Fact]
    public void It_keeps_a_thousand_and_forgets_the_oldest_with_its_items()
    {
        for (var i = 0; i < 1002; i++)
        {
            Keep($"resp_{i}", $"msg_{i}");
        }

        Assert.Null(_store.Find("resp_0"));
        Assert.Null(_store.Find("resp_1"));
        Assert.NotNull(_store.Find("resp_2"));
        Assert.NotNull(_store.Find("resp_1001"));
        Assert.Null(_store.FindItem("msg_1"));
        Assert.NotNull(_store.FindItem("msg_2"));
    }

    [Fact]
    public void It_keeps_sixty_four_mebibytes()
    {
        for (var i = 0; i < 12; i++)
        {
            Keep($"resp_{i}", $"msg_{i}", 8 << 20);
        }

        Assert.Null(_store.Find("resp_0"));
        Assert.NotNull(_store.Find("resp_11"));
        Assert.InRange(Enumerable.Range(0, 12).Sum(i => _store.Find($"resp_{i}")?.Size ?? 0), 32 << 20, 64 << 20);
    }

    [Fact]
    public void What_would_fill_much_of_the_room_is_not_kept()
    {
        Keep("resp_small", "msg_small");
        Keep("resp_big", "msg_big", 17 << 20);
        Assert.Null(_store.Find("resp_big"));
        Assert.NotNull(_store.Find("resp_small"));
    }

    [Fact]
    public void The_same_id_again_replaces_and_an_item_stays_with_its_newest_response()
    {
        Keep("resp_1", "msg_1");
        Keep("resp_2", "msg_1");
        Assert.True(_store.Delete("resp_1"));
        Assert.NotNull(_store.FindItem("msg_1"));
        Keep("resp_2", "msg_3");
        Assert.Null(_store.FindItem("msg_1"));
        Assert.NotNull(_store.FindItem("msg_3"));
        Assert.True(_store.Delete("resp_2"));
        Assert.False(_store.Delete("resp_2"));
        Assert.Null(_store.FindItem("msg_3"));
    }

    [Theory]
    [InlineData("")]
    [InlineData("nope")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("{\"id\":null}")]
    [InlineData("{\"id\":5}")]
    [InlineData("{\"id\":\"resp_1\",\"output\":[5,{\"id\":5},null]}")]
    [InlineData("{\"id\":\"resp_1\",\"output\":{}}")]
    public void What_providers_may_send_does_no_harm(string response)
    {
        _store.Keep("[]"u8.ToArray(), Encoding.UTF8.GetBytes(response));
        _store.Delete("resp_1");
        Assert.Null(_store.Find("resp_1"));
    }

    private void Keep(string id, string item, int padding = 0) =>
        _store.Keep("[]"u8.ToArray(), Encoding.UTF8.GetBytes($$"""{"id":"{{id}}","pad":"{{new string('x', padding)}}","output":[{"type":"message","id":"{{item}}","content":[]}]}"""));
}
