// An independent SOAP server (npm `soap`) that serves the WSDL of the SMS connector on a free loopback port.
// It prints {"port": …}, then one JSON line per message it took. The last argument is the WSDL file.
'use strict';

const fs = require('node:fs');
const http = require('node:http');
const soap = require('soap');

const PASSWORD = 'right';
const wsdl = fs.readFileSync(process.argv[2], 'utf8');
const say = (value) => process.stdout.write(`${JSON.stringify(value)}\n`);

function fault(code, text) {
  return { Fault: { faultcode: `soap:${code}`, faultstring: text, statusCode: 500 } };
}

const service = {
  CcApi: {
    CcApiPort: {
      wsCpMt(args) {
        if (args.ServiceID === 'FAULT-CLIENT') throw fault('Client', 'The alias is not known');
        if (args.ServiceID === 'FAULT-SERVER') throw fault('Server', 'The queue is full');
        if (args.ServiceID === 'DEFECT') throw new Error('a defect of the server');
        say({ took: args });
        return { return: { message: 'Insert MT_QUEUE: OK', result: '1' } };
      },
      checkBalance() {
        return { return: { balance: '1000', errCode: '0', errDesc: 'OK' } };
      },
    },
  },
};

const listener = http.createServer((request, response) => response.writeHead(404).end());
listener.listen(0, '127.0.0.1', () => {
  const server = soap.listen(listener, '/bulkapi', service, wsdl);
  // A refused login is answered in the shape of SOAP 1.2 inside a SOAP 1.1 envelope.
  server.authenticate = (_security, _done, _request, message) => {
    const call = Object.values(message.Body).find((part) => part && part.Password);
    return Boolean(call) && call.Password === PASSWORD;
  };
  say({ port: listener.address().port });
});
