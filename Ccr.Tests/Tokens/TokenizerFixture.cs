extern alias tokenizer;

using Ccr.Tokenizer.V1;
using Grpc.Net.Client;
using Microsoft.AspNetCore.Builder;
using tokenizer::Ccr.TokenizerService.Hosting;

namespace Ccr.Tests.Tokens;

/// <summary>The tokenizer service in this process, on a free port, and a client of it.</summary>
internal sealed class TokenizerFixture : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly GrpcChannel _channel;

    private TokenizerFixture(WebApplication app)
    {
        _app = app;
        Address = new Uri(app.Urls.First());
        _channel = GrpcChannel.ForAddress(Address);
        Client = new Tokenizer.V1.Tokenizer.TokenizerClient(_channel);
    }

    public Uri Address { get; }

    public Tokenizer.V1.Tokenizer.TokenizerClient Client { get; }

    public IServiceProvider Services => _app.Services;

    public static async Task<TokenizerFixture> StartAsync(params string[] arguments)
    {
        var app = TokenizerHost.Build(["--urls=http://127.0.0.1:0", "--Kestrel:EndpointDefaults:Protocols=Http2", "--Logging:LogLevel:Default=None", .. arguments]);
        await app.StartAsync();
        return new TokenizerFixture(app);
    }

    public async ValueTask DisposeAsync()
    {
        _channel.Dispose();
        await _app.DisposeAsync();
    }
}
