// Charging orders as an operator's platform makes them, from numbers alone: the same numbers give the same order.
const two = (n) => String(n).padStart(2, '0');
/** "2026-11-21 09:08:07" in Beijing time. */
export const stamp = (ms) => new Date(ms + 8 * 3600e3).toISOString().slice(0, 19).replace('T', ' ');
export const sequence = (operatorId, n) => `${operatorId}${String(n).padStart(18, '0')}`;
const yuan = (fen) => fen / 100;

/** A good order: `minutes` before `end` (ms), `wh` at 0.80 + 0.40 yuan. */
export function makeOrder({ operatorId, n, connector, end = Date.now() - 60e3, minutes = 40, wh = 4000, more = {} }) {
  const elec = Math.round(wh * 80 / 1000), service = Math.round(wh * 40 / 1000), start = end - minutes * 60e3;
  return { StartChargeSeq: sequence(operatorId, n), ConnectorID: connector, StartTime: stamp(start), EndTime: stamp(end),
    TotalPower: wh / 1000, TotalElecMoney: yuan(elec), TotalSeviceMoney: yuan(service), TotalMoney: yuan(elec + service), StopReason: n % 5,
    SumPeriod: 1, ChargeDetails: [{ DetailStartTime: stamp(start), DetailEndTime: stamp(end), ElecPrice: 0.8, SevicePrice: 0.4,
      DetailPower: wh / 1000, DetailElecMoney: yuan(elec), DetailSeviceMoney: yuan(service) }], ...more };
}

/** The same in Zhejiang's names. */
export function makeSuperviseOrder(given) {
  const o = makeOrder(given), { StartChargeSeq, TotalPower, TotalSeviceMoney, ...rest } = o;
  return { ...rest, OrderNo: StartChargeSeq, TotalElect: TotalPower, TotalServiceMoney: TotalSeviceMoney, OperatorID: given.operatorId,
    EquipmentOwnerID: given.operatorId, StationID: given.station ?? '000001', EquipmentID: given.equipment ?? '', StopReason: String(o.StopReason),
    LicensePlate: '粤C12345', VIN: 'LSVAU2A37N2000001', Phone: '13900000000', PaymentAmount: o.TotalMoney, PayTime: o.EndTime, PayChannel: 2,
    PushTime: stamp(Date.now()) };
}
export const day = (ms) => `${new Date(ms + 8 * 3600e3).getUTCFullYear()}-${two(new Date(ms + 8 * 3600e3).getUTCMonth() + 1)}-${two(new Date(ms + 8 * 3600e3).getUTCDate())}`;
