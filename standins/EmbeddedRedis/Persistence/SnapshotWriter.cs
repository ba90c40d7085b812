using System.Buffers;
using System.Buffers.Binary;
using Ccr.Standins.EmbeddedRedis.Data;
using Ccr.Standins.EmbeddedRedis.Server;

namespace Ccr.Standins.EmbeddedRedis.Persistence;

/// <summary>Writes all databases in the form of <see cref="SnapshotFormat"/>.</summary>
internal sealed class SnapshotWriter
{
    private readonly IBufferWriter<byte> _output;
    private Checksum _checksum = new();

    private SnapshotWriter(IBufferWriter<byte> output) => _output = output;

    public static void Write(IBufferWriter<byte> output, Engine engine)
    {
        var writer = new SnapshotWriter(output);
        writer.Raw(SnapshotFormat.Magic);
        writer.UInt32(SnapshotFormat.Version);
        var records = 0L;
        foreach (var database in engine.Databases)
        {
            foreach (var (key, entry) in database.Keys.Entries)
            {
                if (!database.IsDue(entry))
                {
                    writer.Record(database.Index, key, entry);
                    records++;
                }
            }
        }

        writer.Byte(SnapshotFormat.End);
        writer.Int64(records);
        writer.UInt32(writer._checksum.Value);
    }

    private void Record(int database, byte[] key, KeyEntry entry)
    {
        Byte(entry.Value switch
        {
            StringValue => SnapshotFormat.String,
            HashValue => SnapshotFormat.Hash,
            ListValue => SnapshotFormat.List,
            SetValue => SnapshotFormat.Set,
            SortedSetValue => SnapshotFormat.SortedSet,
            StreamValue => SnapshotFormat.Stream,
            var other => throw new InvalidOperationException($"No form for {other.TypeName}."),
        });
        Byte((byte)database);
        Int64(entry.ExpireAt);
        Bytes(key);
        switch (entry.Value)
        {
            case StringValue text:
                Byte((byte)text.Form);
                Bytes(text.Span);
                break;
            case HashValue hash:
                UInt32((uint)hash.Fields.Count);
                foreach (var (field, value) in hash.Fields.Entries)
                {
                    Bytes(field);
                    Bytes(value);
                }

                break;
            case ListValue list:
                UInt32((uint)list.Items.Count);
                for (var i = 0; i < list.Items.Count; i++)
                {
                    Bytes(list.Items[i]);
                }

                break;
            case SetValue set:
                UInt32((uint)set.Count);
                for (var i = 0; i < set.Count; i++)
                {
                    Bytes(set[i]);
                }

                break;
            case SortedSetValue sorted:
                UInt32((uint)sorted.Count);
                for (var node = sorted.Order.First; node is not null; node = node.Next)
                {
                    Bytes(node.Member);
                    Int64(BitConverter.DoubleToInt64Bits(node.Score));
                }

                break;
            case StreamValue stream:
                Stream(stream);
                break;
        }
    }

    private void Stream(StreamValue stream)
    {
        Id(stream.LastId);
        Id(stream.MaxDeletedId);
        Int64(stream.Added);
        UInt32((uint)stream.Entries.Count);
        for (var i = 0; i < stream.Entries.Count; i++)
        {
            var entry = stream.Entries[i];
            Id(entry.Id);
            UInt32((uint)entry.FieldsAndValues.Length);
            foreach (var item in entry.FieldsAndValues)
            {
                Bytes(item);
            }
        }
    }

    private void Id(StreamId id)
    {
        Int64((long)id.Milliseconds);
        Int64((long)id.Sequence);
    }

    private void Bytes(ReadOnlySpan<byte> bytes)
    {
        UInt32((uint)bytes.Length);
        Raw(bytes);
    }

    private void Byte(byte value) => Raw([value]);

    private void UInt32(uint value)
    {
        Span<byte> bytes = stackalloc byte[sizeof(uint)];
        BinaryPrimitives.WriteUInt32LittleEndian(bytes, value);
        Raw(bytes);
    }

    private void Int64(long value)
    {
        Span<byte> bytes = stackalloc byte[sizeof(long)];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, value);
        Raw(bytes);
    }

    private void Raw(ReadOnlySpan<byte> bytes)
    {
        _output.Write(bytes);
        _checksum.Add(bytes);
    }
}
