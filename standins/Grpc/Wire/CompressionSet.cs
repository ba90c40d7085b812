using System.Buffers;
using System.IO.Compression;
using System.IO.Pipelines;
using Grpc.Core;
using Grpc.Net.Compression;

namespace Grpc.Wire;

/// <summary>The compressions that one side can use, by name.</summary>
internal sealed class CompressionSet
{
    public const string Identity = "identity";

    private readonly Dictionary<string, ICompressionProvider> _providers = new(StringComparer.Ordinal);

    public CompressionSet(IEnumerable<ICompressionProvider>? providers)
    {
        foreach (var provider in providers ?? Defaults())
        {
            _providers[provider.EncodingName] = provider;
        }

        AcceptHeader = string.Join(',', Names);
        Sentence = string.Join(", ", Names);
    }

    /// <summary>The value of grpc-accept-encoding.</summary>
    public string AcceptHeader { get; }

    /// <summary>The same names for people.</summary>
    public string Sentence { get; }

    private IEnumerable<string> Names => _providers.Keys.Prepend(Identity);

    public static IList<ICompressionProvider> Defaults() => [new GzipCompressionProvider(CompressionLevel.Fastest), new DeflateCompressionProvider(CompressionLevel.Fastest)];

    /// <summary>The provider of a name; null for none, identity, or an unknown name.</summary>
    public ICompressionProvider? Find(string? name) => name is null ? null : _providers.GetValueOrDefault(name);

    /// <summary>Unpacks a message, never beyond the size limit.</summary>
    public PooledBuffer Decompress(ReadOnlySequence<byte> payload, string? encoding, int? maxSize)
    {
        if (encoding is null or "")
        {
            throw Error(StatusCode.Internal, "Message is compressed, but the headers have no grpc-encoding.");
        }

        if (encoding == Identity)
        {
            throw Error(StatusCode.Internal, "Message is compressed, but grpc-encoding is 'identity'.");
        }

        var provider = Find(encoding) ?? throw new UnknownEncodingException(encoding, Sentence);
        var result = new PooledBuffer();
        try
        {
            using var stream = provider.CreateDecompressionStream(PipeReader.Create(payload).AsStream());
            while (true)
            {
                var read = stream.Read(result.GetSpan(4096));
                if (read == 0)
                {
                    return result;
                }

                result.Advance(read);
                if (result.Length > maxSize)
                {
                    throw Error(StatusCode.ResourceExhausted, MessageReader.TooLarge);
                }
            }
        }
        catch (InvalidDataException e)
        {
            result.Dispose();
            throw new RpcException(new Status(StatusCode.Internal, $"Message is not valid {encoding} data.", e));
        }
        catch
        {
            result.Dispose();
            throw;
        }
    }

    private static RpcException Error(StatusCode code, string detail) => new(new Status(code, detail));
}
