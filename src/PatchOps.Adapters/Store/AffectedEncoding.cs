using System.Buffers;
using PatchOps.Core.Intake;
using PatchOps.Domain.Facts;

namespace PatchOps.Adapters.Store;

/// <summary>A statement about a product as bytes: read a hundred thousand times for every question about exposure, where JSON costs seconds.</summary>
/// <remarks>A version byte, flags of what follows, then texts as length and UTF-8 and lists as count and items; lengths in groups of seven
/// bits. Name and ecosystem stand in columns of their own. Rows written as JSON by earlier versions are still read.</remarks>
internal static class AffectedEncoding
{
    private const byte Version = 1;

    [Flags]
    private enum Parts
    {
        None = 0, SourcePackage = 1, Vendor = 2, Purl = 4, Cpe = 8, Platform = 16, Justification = 32, Statement = 64, Ranges = 128, Versions = 256, Patches = 512,
        Source = 1024, Trust = 2048,
    }

    public static byte[] Write(AffectedProduct p)
    {
        var parts = Flag(p.IsSourcePackage, Parts.SourcePackage) | Flag(p.Vendor is not null, Parts.Vendor) | Flag(p.Purl is not null, Parts.Purl) | Flag(p.Cpe is not null, Parts.Cpe)
            | Flag(p.Platform is not null, Parts.Platform) | Flag(p.Justification is not null, Parts.Justification) | Flag(p.Statement is not null, Parts.Statement)
            | Flag(p.Ranges.Count > 0, Parts.Ranges) | Flag(p.Versions.Count > 0, Parts.Versions) | Flag(p.Patches.Count > 0, Parts.Patches) | Flag(p.Source is not null, Parts.Source)
            | Flag(p.Trust is not null, Parts.Trust);
        var output = new ArrayBufferWriter<byte>(128);
        output.Write([Version, (byte)p.Status]);
        Packed.Number(output, (int)parts);
        foreach (var text in (ReadOnlySpan<string?>)[p.Vendor, p.Purl, p.Cpe, p.Platform, p.Justification, p.Statement, p.Source])
            if (text is not null) Packed.Text(output, text);
        if (p.Trust is { } trust) Packed.Number(output, (int)trust);
        if (p.Ranges.Count > 0) Ranges(output, p.Ranges);
        if (p.Versions.Count > 0) Packed.Texts(output, p.Versions);
        if (p.Patches.Count > 0) Packed.Texts(output, p.Patches);
        return output.WrittenSpan.ToArray();
    }

    /// <exception cref="InvalidDataException">The bytes are none that <see cref="Write"/> makes.</exception>
    public static AffectedProduct Read(string ecosystem, string name, ReadOnlySpan<byte> bytes)
    {
        try
        {
            if (bytes[0] != Version) throw new InvalidDataException($"A statement about {name} was written by a newer PatchOps.");
            var status = (ProductStatus)bytes[1];
            bytes = bytes[2..];
            var parts = (Parts)Packed.Number(ref bytes);
            string? Next(Parts part, ref ReadOnlySpan<byte> from) => parts.HasFlag(part) ? Packed.Text(ref from) : null;
            var product = new AffectedProduct(ecosystem, name)
            {
                Status = status, IsSourcePackage = parts.HasFlag(Parts.SourcePackage),
                Vendor = Next(Parts.Vendor, ref bytes), Purl = Next(Parts.Purl, ref bytes), Cpe = Next(Parts.Cpe, ref bytes), Platform = Next(Parts.Platform, ref bytes),
                Justification = Next(Parts.Justification, ref bytes), Statement = Next(Parts.Statement, ref bytes), Source = Next(Parts.Source, ref bytes),
                Trust = parts.HasFlag(Parts.Trust) ? (TrustRank)Packed.Number(ref bytes) : null,
                Ranges = parts.HasFlag(Parts.Ranges) ? Ranges(ref bytes) : [],
                Versions = parts.HasFlag(Parts.Versions) ? Packed.Texts(ref bytes) : [],
                Patches = parts.HasFlag(Parts.Patches) ? Packed.Texts(ref bytes) : [],
            };
            return product;
        }
        catch (Exception e) when (e is ArgumentException or IndexOutOfRangeException or OverflowException)
        {
            throw new InvalidDataException($"A statement about {name} is damaged in the store.", e);
        }
    }

    private static Parts Flag(bool set, Parts part) => set ? part : Parts.None;

    private static void Ranges(ArrayBufferWriter<byte> output, IReadOnlyList<VersionRange> ranges)
    {
        Packed.Number(output, ranges.Count);
        foreach (var range in ranges)
        {
            output.Write([(byte)range.Kind]);
            Packed.Text(output, range.Scheme ?? "");
            Packed.Number(output, range.Events.Count);
            foreach (var at in range.Events)
            {
                output.Write([(byte)at.Kind]);
                Packed.Text(output, at.Version);
            }
        }
    }

    private static VersionRange[] Ranges(ref ReadOnlySpan<byte> bytes)
    {
        var ranges = new VersionRange[Packed.Count(ref bytes)];
        for (var i = 0; i < ranges.Length; i++)
        {
            var kind = (RangeKind)Packed.Byte(ref bytes);
            var scheme = Packed.Text(ref bytes);
            var events = new VersionEvent[Packed.Count(ref bytes)];
            for (var j = 0; j < events.Length; j++) events[j] = new VersionEvent((VersionEventKind)Packed.Byte(ref bytes), Packed.Text(ref bytes));
            ranges[i] = new VersionRange(kind, events) { Scheme = scheme.Length == 0 ? null : scheme };
        }
        return ranges;
    }
}
