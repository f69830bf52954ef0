import { createConnection, type Socket } from 'node:net';

/** What a modem that sticks to 3GPP TS 27.007 answers; to everything else it says ERROR. */
const ANSWERS: { readonly [command: string]: string } = {
  '+CGMI': 'Boot Test',
  '+CGMM': 'Simulated Modem',
  '+CGMR': '1.0',
  '+CGSN': '490154203237518',
  '+CIMI': '001010123456789',
  '+GMI': 'Boot Test',
  '+GMM': 'Simulated Modem',
  '+GCAP': '+GCAP: +CGSM',
  '+CPIN?': '+CPIN: READY',
  '+CFUN?': '+CFUN: 1',
  '+CREG?': '+CREG: 0,1',
  '+CGREG?': '+CGREG: 0,1',
  '+COPS?': '+COPS: 0,2,"00101",2',
  '+CSQ': '+CSQ: 20,99',
  '+WS46=?': '+WS46: (12,22,25)',
  '+CGDCONT=?': '+CGDCONT: (1-4),"IP",,,(0),(0)',
  '+CGDCONT?': '+CGDCONT: 1,"IP","internet","",0,0',
  I: 'Boot Test\r\nSimulated Modem',
};
/** Settings that are taken and change nothing. */
const TAKEN = /^(|E[01]|V1|X[0-4]|Z|&[A-Z]\d|S\d+=\d+|\+(CMEE|CREG|CGREG|CEREG|CFUN|COPS|CSCS|CMGF|CNMI|CRC|CLIP)=[^?]*)$/;

/** How long QEMU may take to make its socket. */
const PATIENCE_MS = 20_000;

/** Is the modem behind a serial port of the machine, at the other end of the socket that QEMU opens for it, until QEMU ends. */
export function answerAsModem(path: string): void {
  const end = Date.now() + PATIENCE_MS;
  const connect = (): void => {
    const socket = createConnection(path);
    let isConnected = false;
    socket.once('connect', () => {
      isConnected = true;
    });
    // The adapter is plugged in when somebody is there: without another try, a socket that is not made yet leaves a machine without it.
    socket.on('error', () => {
      socket.destroy();
      if (!isConnected && Date.now() < end) setTimeout(connect, 100);
    });
    speak(socket);
  };
  connect();
}

function speak(socket: Socket): void {
  socket.setEncoding('latin1');
  let line = '';
  socket.on('data', (part) => {
    line += String(part);
    for (let end = line.search(/[\r\n]/); end >= 0; end = line.search(/[\r\n]/)) {
      const reply = replyTo(line.slice(0, end).trim());
      if (reply !== undefined) socket.write(reply);
      line = line.slice(end + 1);
    }
  });
}

function replyTo(line: string): string | undefined {
  const command = /^at(.*)$/i.exec(line)?.[1]?.toUpperCase();
  if (command === undefined) return undefined;
  const answer = ANSWERS[command];
  if (answer === undefined) return `\r\n${TAKEN.test(command) ? 'OK' : 'ERROR'}\r\n`;
  return `\r\n${answer}\r\n\r\nOK\r\n`;
}
