import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseLabelledList } from '../../../../daemon/cli/labelled-list.js';
import { inOrder } from '../../../../daemon/cli/ordered.js';
import { ScoreSheet } from '../../../../daemon/cli/score-sheet.js';
import { ZynqnetError } from '../../../../daemon/util/error.js';

describe('a list of labelled images', () => {
  it('may have other columns, semicolons, quotes, Windows line ends, a byte order mark', () => {
    const wanted = [
      { file: 'a b.jpg', index: 3 },
      { file: 'c,"d".jpg', index: 0 },
    ];
    expect(parseLabelledList('class,file,x\n3,a b.jpg,1\n0,"c,""d"".jpg",2\n', 'l', 5)).toEqual(wanted);
    expect(parseLabelledList('\ufeffFile;Class\r\na b.jpg;3\r\n"c,""d"".jpg";0\r\n\r\n', 'l', 5)).toEqual(wanted);
  });

  it.each([
    ['', /file and class/],
    ['file,label\na,1', /file and class/],
    ['file,class\na,x', /line 2/],
    ['file,class\na,1\nb,-1', /line 3/],
    ['file,class\na,5', /0 to 4/],
    ['file,class\n,1', /line 2/],
    ['file,class\na', /line 2/],
  ])('%j is refused with its line', (text, message) => {
    expect(() => parseLabelledList(text, 'l', 5)).toThrow(message);
  });

  it('answers any text with a list or a ZynqnetError', () => {
    const cell = fc.oneof(fc.string(), fc.constantFrom('"', '""', 'file', 'class', '1', ',', ';', '\n'));
    fc.assert(
      fc.property(fc.array(cell, { maxLength: 40 }), (cells) => {
        try {
          parseLabelledList(`file,class\n${cells.join(',')}`, 'l', 5);
        } catch (error) {
          expect(error).toBeInstanceOf(ZynqnetError);
        }
      }),
    );
  });
});

describe('work in order', () => {
  it('keeps the order and never runs more than its width at once', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.nat(3), { maxLength: 20 }),
        fc.integer({ min: 1, max: 4 }),
        async (delays, width) => {
          let running = 0;
          let most = 0;
          const results: number[] = [];
          const work = async ([index, delay]: [number, number]) => {
            running += 1;
            most = Math.max(most, running);
            for (let n = 0; n < delay; n += 1) await Promise.resolve();
            running -= 1;
            return index;
          };
          for await (const index of inOrder(delays.entries(), width, work)) results.push(index);
          expect(results).toEqual([...delays.keys()]);
          expect(most).toBeLessThanOrEqual(width);
        },
      ),
    );
  });
});

describe('the score sheet', () => {
  it('counts first and first five, by class, unreadable ones as wrong', () => {
    const sheet = new ScoreSheet(['a', 'b', 'c', 'd', 'e', 'f', 'g']);
    sheet.add(0, [0, 1, 2, 3, 4]);
    sheet.add(0, [1, 2, 3, 4, 0]);
    sheet.add(1, [2, 3, 4, 5, 6]);
    sheet.add(1, undefined);
    expect(sheet.summary()).toEqual({
      images: 4,
      unreadable: 1,
      top1: 0.25,
      top5: 0.5,
      perClass: [
        { index: 0, label: 'a', images: 2, top1: 0.5, top5: 1 },
        { index: 1, label: 'b', images: 2, top1: 0, top5: 0 },
      ],
    });
    expect(sheet.confusion().slice(0, 2)).toEqual([
      [1, 1, 0, 0, 0, 0, 0],
      [0, 0, 1, 0, 0, 0, 0],
    ]);
  });
});
