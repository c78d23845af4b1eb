using PatchOps.Core.Intake.Records;
using PatchOps.Core.Seams;

namespace PatchOps.Adapters.Records;

/// <summary>Any reader: compression that is damaged or cut off is told as a row of its own, and what stood before it is kept.</summary>
internal sealed class GuardedReader(IRecordReader inner) : IRecordReader
{
    public IEnumerable<RecordRow> Read(string path, CancellationToken cancellationToken)
    {
        IEnumerator<RecordRow>? rows = null;
        try
        {
            while (true)
            {
                RecordRow? row = null;
                var damaged = false;
                try
                {
                    rows ??= inner.Read(path, cancellationToken).GetEnumerator();
                    if (rows.MoveNext()) row = rows.Current;
                }
                catch (Exception e) when (e is InvalidDataException or EndOfStreamException)
                {
                    damaged = true;
                }
                if (damaged) yield return InstalledRow.Bad(path, "the compressed data is damaged or cut off here");
                if (row is null) yield break;
                yield return row;
            }
        }
        finally
        {
            rows?.Dispose();
        }
    }
}
