using Ccr.TokenizerService.Health.V1;
using Grpc.Core;
using static Ccr.TokenizerService.Health.V1.HealthCheckResponse.Types;

namespace Ccr.TokenizerService.Health;

/// <summary>
/// grpc.health.v1 for the server as a whole ("") and for the tokenizer by its full name: serving from the first call, because the vocabularies are
/// loaded before the port opens, until the host stops. An unknown name is NOT_FOUND for Check and SERVICE_UNKNOWN for Watch, as the protocol has it.
/// </summary>
internal sealed class GrpcHealth(IHostApplicationLifetime lifetime) : V1.Health.HealthBase
{
    /// <summary>The full name of the service that counts.</summary>
    public const string TokenizerName = "ccr.tokenizer.v1.Tokenizer";

    private ServingStatus Status => lifetime.ApplicationStopping.IsCancellationRequested ? ServingStatus.NotServing : ServingStatus.Serving;

    /// <inheritdoc/>
    public override Task<HealthCheckResponse> Check(HealthCheckRequest request, ServerCallContext context) =>
        IsKnown(request.Service)
            ? Task.FromResult(new HealthCheckResponse { Status = Status })
            : throw new RpcException(new Status(StatusCode.NotFound, $"service: not known here; it may be empty or {TokenizerName}."));

    /// <inheritdoc/>
    public override async Task Watch(HealthCheckRequest request, IServerStreamWriter<HealthCheckResponse> responseStream, ServerCallContext context)
    {
        using var stopping = CancellationTokenSource.CreateLinkedTokenSource(context.CancellationToken, lifetime.ApplicationStopping);
        var known = IsKnown(request.Service);
        await responseStream.WriteAsync(new HealthCheckResponse { Status = known ? Status : ServingStatus.ServiceUnknown }).ConfigureAwait(false);
        await Task.Delay(Timeout.InfiniteTimeSpan, stopping.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (known && !context.CancellationToken.IsCancellationRequested)
        {
            await responseStream.WriteAsync(new HealthCheckResponse { Status = ServingStatus.NotServing }).ConfigureAwait(false);
        }
    }

    private static bool IsKnown(string service) => service is "" or TokenizerName;
}
